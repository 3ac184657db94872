"""A fetched message in the archive's words: the interpreter for one message."""

import hashlib
from datetime import UTC, datetime

from postroom.archive.arrivals import Arrival, Flags
from postroom.imap.responses import FetchedMessage
from postroom.mime import parse_headers, stable_identity

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def flags_of(flags: frozenset[str] | None) -> Flags:
    """The system flags that mean something to a person (RFC 3501 §2.3.2)."""
    names = {flag.lower() for flag in flags or ()}
    return Flags("\\seen" in names, "\\flagged" in names, "\\answered" in names)


def arrival_of(message: FetchedMessage) -> Arrival:
    """Read the envelope. Never raises on bad mail."""
    header = message.header or b""
    envelope = parse_headers(header)
    received_at = message.internal_date or envelope.sent_at or LONG_AGO
    return Arrival(
        uid=message.uid,
        identity=identity_of(message, has_id=bool(envelope.message_id)),
        envelope=envelope,
        received_at=received_at,
        size=message.size or 0,
        flags=flags_of(message.flags),
    )


def identity_of(message: FetchedMessage, *, has_id: bool) -> bytes:
    """The content key; without a Message-ID also by arrival and size, which moves keep.

    Two reports of one minute from one machine are otherwise alike in every stable header.
    """
    identity = stable_identity(message.header or b"")
    if has_id:
        return identity
    place = f"{message.internal_date}:{message.size}".encode()
    return hashlib.sha256(identity + place).digest()
