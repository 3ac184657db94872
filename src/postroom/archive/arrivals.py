"""What sync hands over to be recorded, in the archive's own words."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from postroom.archive.entry import Entry


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of a server copy that mean something to a person; keywords are labels here."""

    is_seen: bool = False
    is_flagged: bool = False
    is_answered: bool = False
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """A body whose bytes are stored already, under this digest, with what a list shows of it."""

    digest: bytes
    snippet: str
    has_attachments: bool


class Arrival(NamedTuple):
    """A message met on the server: its place, its entry, and what identifies it anywhere.

    `stored` if its body came along, `is_due` if it is to be fetched.
    """

    uid: int
    identity: bytes
    entry: Entry
    received_at: datetime
    size: int
    flags: Flags
    stored: Stored | None = None
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """The whole message of an email already recorded."""

    email_id: int
    raw: bytes
    snippet: str
    has_attachments: bool
