"""Bring messages to another mailbox: a move where the server can, a copy anywhere.

A move without MOVE would take STORE \\Deleted and EXPUNGE, which do not exist here: who must not
copy asks first whether the server can move.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from postroom.imap.commands.command import Command, Part, Wire, mailbox
from postroom.imap.responses import Code, Condition, Response
from postroom.imap.uid_set import UidSet, parse_ranges


@dataclass(frozen=True, slots=True)
class CopyUid:
    """Where copied or moved messages came to lie: the new UID of each old one (RFC 4315 §3)."""

    uidvalidity: int
    uids: dict[int, int]


class UidCopy(Command):
    """Copy messages to another mailbox (RFC 3501 §6.4.7). Their new UIDs come with UIDPLUS."""

    word: ClassVar[bytes] = b"UID COPY"

    def __init__(self, uids: UidSet, name: str) -> None:
        super().__init__()
        self.uids = uids
        self.name = name
        self._told: Code | None = None

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `UID COPY 7 "Archive"`."""
        return [self.word + f" {self.uids} ".encode("ascii"), mailbox(wire, self.name)]

    def take(self, response: Response) -> bool:
        """Keep COPYUID where it comes untagged: before a move's removals (RFC 6851 §4.3)."""
        if not isinstance(response, Condition) or not _tells_uids(response):
            return False
        self._told = response.code
        return True

    @property
    def copied(self) -> CopyUid | None:
        """Where they lie, if the server said so and of messages that were asked for."""
        outcome = self.outcome
        code = outcome.code if outcome and _tells_uids(outcome) else self._told
        return _parse_copy_uid(code.argument, self.uids) if code else None


class UidMove(UidCopy):
    """Move messages to another mailbox (RFC 6851 §3). Needs MOVE."""

    word: ClassVar[bytes] = b"UID MOVE"

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `UID MOVE 7 "Archive"`."""
        wire.needs("MOVE", "IMAP4REV2")
        return super().compose(wire)


def _tells_uids(condition: Condition) -> bool:
    return condition.code is not None and condition.code.name == "COPYUID"


def _parse_copy_uid(argument: bytes, asked: UidSet) -> CopyUid | None:
    """Read `38505 304,319:320 3956:3958`: two sets of one length, in one order."""
    try:
        uidvalidity, *sets = argument.split()
        old, new = (list(parse_ranges(text)) for text in sets)
        # Counted before they are counted out: `1:4294967295` is short on the wire.
        if not _count(old) == _count(new) <= len(asked):
            return None
        uids = dict(zip(_each(old), _each(new), strict=True))
        return CopyUid(int(uidvalidity), uids) if all(uid in asked for uid in uids) else None
    except ValueError:
        return None


def _count(ranges: list[tuple[int, int]]) -> int:
    return sum(last - first + 1 for first, last in ranges)


def _each(ranges: list[tuple[int, int]]) -> Iterator[int]:
    return (uid for first, last in ranges for uid in range(first, last + 1))
