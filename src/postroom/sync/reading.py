"""A fetched message in the archive's words: the interpreter for one message."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from postroom.archive.arrivals import Arrival, Flags
from postroom.imap.responses import FetchedMessage
from postroom.sync.keywords import labels_among
from postroom.sync.outcomes import Outcome, ReadMessage

Read = tuple[FetchedMessage, Outcome]

LARGEST = 2**31 - 1  # More is no message's size, whatever the server says.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1_024)
def flags_of(flags: frozenset[str] | None) -> Flags:
    """The flags that mean something to a person (RFC 3501 §2.3.2)."""
    names = {flag.lower() for flag in flags or ()}
    keywords = labels_among(flags) if flags else ()
    return Flags("\\seen" in names, "\\flagged" in names, "\\answered" in names, keywords)


def arrivals_of(read: Iterable[Read], came_at: datetime | None = None) -> list[Arrival]:
    """Those of some messages that could be read; with `came_at` they came then."""
    arrivals = [arrival_of(message, one) for message, one in read if isinstance(one, ReadMessage)]
    return [one._replace(received_at=came_at) for one in arrivals] if came_at else arrivals


def arrival_of(message: FetchedMessage, read: ReadMessage) -> Arrival:
    """A message in the archive's words."""
    return Arrival(
        uid=message.uid,
        identity=identity_of(message, read),
        entry=read.entry,
        received_at=message.internal_date or read.entry.sent_at or LONG_AGO,
        size=min(message.size or 0, LARGEST),
        flags=flags_of(message.flags),
    )


def identity_of(message: FetchedMessage, read: ReadMessage) -> bytes:
    """What the message is known by, wherever it lies.

    Where the header does not tell it from others, arrival and size do, which moves keep: two
    reports of one minute from one machine are otherwise alike in every stable header.
    """
    return read.identity if read.is_certain else identity_by_place(message, read.identity)


def possible_identities(message: FetchedMessage, read: ReadMessage) -> tuple[bytes, ...]:
    """The identities under which the header of this message may have been recorded.

    The last one as it was until 2026: by the date as the server wrote it.
    """
    told = f"{message.internal_date}:{message.size}".encode()
    as_told = hashlib.sha256(read.identity + told).digest()
    return read.identity, identity_by_place(message, read.identity), as_told


def identity_by_place(message: FetchedMessage, identity: bytes) -> bytes:
    """An identity told apart by when the message came and how large it is.

    The moment, however it is written: servers tell it in the time zone that they keep just now,
    which changes twice a year. Where one does not tell when, as over POP3, its id tells it apart.
    """
    came = message.internal_date
    place = f"{came.timestamp():.0f}:{message.size}" if came else message.uid
    return hashlib.sha256(identity + str(place).encode()).digest()
