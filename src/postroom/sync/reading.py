"""A fetched message in the archive's words: the interpreter for one message."""

import hashlib
from datetime import UTC, datetime

from postroom.archive.arrivals import Arrival, Flags
from postroom.imap.responses import FetchedMessage
from postroom.mime import Envelope, identify, parse_headers
from postroom.sync.outcomes import ReadMessage

LARGEST = 2**31 - 1  # More is no message's size, whatever the server says.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def flags_of(flags: frozenset[str] | None) -> Flags:
    """The system flags that mean something to a person (RFC 3501 §2.3.2)."""
    names = {flag.lower() for flag in flags or ()}
    return Flags("\\seen" in names, "\\flagged" in names, "\\answered" in names)


def arrival_of(message: FetchedMessage) -> Arrival:
    """Read the envelope of a message of which the header fields came. Never raises."""
    header = message.header or b""
    envelope = parse_headers(header)
    identity, is_identified = identify(header)
    is_certain = bool(envelope.message_id) or is_identified
    return arrival(message, envelope, identity, is_certain=is_certain)


def whole_arrival_of(message: FetchedMessage, read: ReadMessage) -> Arrival:
    """The same of a whole message that was parsed already."""
    is_certain = bool(read.envelope.message_id) or read.is_identified
    return arrival(message, read.envelope, read.identity, is_certain=is_certain)


def possible_identities(message: FetchedMessage, read: ReadMessage) -> tuple[bytes, bytes]:
    """The identities under which the header of this message may have been recorded."""
    return read.identity, identity_by_place(message, read.identity)


def arrival(
    message: FetchedMessage, envelope: Envelope, identity: bytes, *, is_certain: bool
) -> Arrival:
    """A message in the archive's words.

    Where the header does not tell it from others, arrival and size do, which moves keep: two
    reports of one minute from one machine are otherwise alike in every stable header.
    """
    if not is_certain:
        identity = identity_by_place(message, identity)
    return Arrival(
        uid=message.uid,
        identity=identity,
        envelope=envelope,
        received_at=message.internal_date or envelope.sent_at or LONG_AGO,
        size=min(message.size or 0, LARGEST),
        flags=flags_of(message.flags),
    )


def identity_by_place(message: FetchedMessage, identity: bytes) -> bytes:
    """An identity told apart by when the message came and how large it is.

    Where the server does not tell when, as over POP3, its id tells it apart.
    """
    place = f"{message.internal_date}:{message.size}" if message.internal_date else message.uid
    return hashlib.sha256(identity + str(place).encode()).digest()
