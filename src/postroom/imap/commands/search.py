"""Commands that find messages."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from postroom.imap.commands.command import Command, Part, Wire, date_text, text
from postroom.imap.errors import LimitExceeded
from postroom.imap.limits import Limits
from postroom.imap.responses import Found, Response
from postroom.imap.uid_set import UidSet


class UidSearch(Command):
    """Find UIDs (RFC 3501 §6.4.8); as ranges where ESEARCH is offered (RFC 4731)."""

    word: ClassVar[bytes] = b"UID SEARCH"

    def __init__(
        self,
        limits: Limits,
        *,
        sequences: tuple[int, int] | None = None,
        message_id: str = "",
        since: date | None = None,
    ) -> None:
        """Search all, or between two sequence numbers, or for one Message-ID.

        `since` leaves out what came before that day, by the server's clock (RFC 3501 §6.4.4).
        """
        super().__init__()
        self._limits = limits
        self._sequences = sequences
        self._message_id = message_id
        self._since = since
        self._answers: list[UidSet] = []
        self._ranges = 0

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `UID SEARCH RETURN (ALL) 1:50000`."""
        line = search_line(wire)
        if self._message_id:
            return [line + b"HEADER Message-ID ", text(self._message_id)]
        line += b"%d:%d" % self._sequences if self._sequences else b"ALL"
        return [line + b" SINCE " + date_text(self._since).encode() if self._since else line]

    def take(self, response: Response) -> bool:
        """Keep what was found; several answers are one (Seen: empty first, then the rest)."""
        if not isinstance(response, Found):
            return False
        self._answers.append(response.uids)
        self._ranges += response.uids.range_count
        if len(self._answers) > self._limits.found_answers:
            raise LimitExceeded("found_answers", self._limits.found_answers)
        if self._ranges > self._limits.found_ranges:
            raise LimitExceeded("found_ranges", self._limits.found_ranges)
        return True

    @property
    def uids(self) -> UidSet:
        """What was found, all answers together."""
        if len(self._answers) == 1:
            return self._answers[0]
        return UidSet.from_ranges(pair for found in self._answers for pair in found.ranges)


class UidSearchPeople(UidSearch):
    """Find messages that name one of these addresses in a header for people (RFC 3501 §6.4.4).

    Servers look for the text anywhere in the field, so it may be part of a longer address.
    """

    def __init__(self, limits: Limits, addresses: Sequence[str], among: UidSet) -> None:
        """Search between the first and the last of `among`; both must hold something."""
        super().__init__(limits)
        self._addresses = addresses
        self._among = among

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `UID SEARCH UID 1:900 OR FROM "a@x.example" TO "a@x.example"`."""
        keys = [[key, text(address)] for address in self._addresses for key in PEOPLE]
        line = search_line(wire) + b"UID %d:%d " % (self._among.first, self._among.last)
        return [line, *either(keys)]


PEOPLE = (b"FROM ", b"TO ", b"CC ", b"BCC ", b"HEADER Reply-To ")


def search_line(wire: Wire) -> bytes:
    """Return how a search begins."""
    is_extended = not wire.capabilities.isdisjoint(("ESEARCH", "IMAP4REV2"))
    return b"UID SEARCH RETURN (ALL) " if is_extended else b"UID SEARCH "


def either(keys: Sequence[list[Part]]) -> list[Part]:
    """Return any of some keys: OR takes two, so it is a tree, and a balanced one is not deep."""
    if len(keys) == 1:
        return keys[0]
    middle = len(keys) // 2
    return [b"OR ", *either(keys[:middle]), b" ", *either(keys[middle:])]
