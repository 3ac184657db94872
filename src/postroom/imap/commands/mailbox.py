"""Commands about mailboxes: find them, count them, open them. None of them changes one."""

from dataclasses import dataclass, field
from typing import ClassVar

from postroom.imap.commands.command import Command, Part, Wire, mailbox
from postroom.imap.errors import LimitExceeded
from postroom.imap.limits import Limits
from postroom.imap.responses import (
    Condition,
    Exists,
    FetchedMessage,
    FlagsDefined,
    Listed,
    Response,
    Status,
    StatusOf,
    Vanished,
)
from postroom.imap.server_words import object_id
from postroom.imap.uid_set import UidSet

# Not MAILBOXID (RFC 8474). Seen: Cyrus 3.6.1 answers it with octets of freed memory.
_STATUS_ITEMS = {
    "MESSAGES": None,
    "UIDNEXT": None,
    "UIDVALIDITY": None,
    "UNSEEN": None,
    "HIGHESTMODSEQ": ("CONDSTORE", "QRESYNC"),
    "SIZE": ("STATUS=SIZE", "IMAP4REV2"),
    # Without a number it holds for each mailbox by itself (RFC 7889 §3.2).
    "APPENDLIMIT": ("APPENDLIMIT",),
}
# So many times what is kept of an opened mailbox's changes is read past.
_PATIENCE = 50


class List(Command):
    """Find every mailbox (RFC 3501 §6.3.8); with LIST-EXTENDED also their use and counts.

    RETURN needs LIST-EXTENDED (RFC 5258), SPECIAL-USE in it RFC 6154, STATUS in it RFC 5819.
    """

    word: ClassVar[bytes] = b"LIST"

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self._octets = 0
        self.rows: list[Listed] = []
        self.statuses: dict[bytes, Status] = {}

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `LIST "" "*" RETURN (…)`."""
        line = b'LIST "" "*"'
        wanted = _list_return(wire.capabilities)
        return [line + b" RETURN (" + b" ".join(wanted) + b")"] if wanted else [line]

    def take(self, response: Response) -> bool:
        """Keep rows and counts."""
        match response:
            case Listed():
                self._check_room(len(self.rows), response.wire_name, *response.attributes)
                self.rows.append(response)
            case StatusOf():
                self._check_room(len(self.statuses), response.wire_name)
                self.statuses[response.wire_name] = response.status
            case _:
                return False
        return True

    def _check_room(self, rows: int, *texts: str | bytes) -> None:
        if rows >= self._limits.mailboxes:
            raise LimitExceeded("mailboxes", self._limits.mailboxes)
        self._octets += sum(map(len, texts))
        if self._octets > self._limits.listing:
            raise LimitExceeded("listing", self._limits.listing)


class StatusCommand(Command):
    """Count a mailbox without opening it (RFC 3501 §6.3.10)."""

    word: ClassVar[bytes] = b"STATUS"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.status: Status | None = None
        self._wire_name = b""

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `STATUS "name" (…)`."""
        part = mailbox(wire, self.name)
        self._wire_name = wire.names.compose(self.name)
        return [b"STATUS ", part, b" (" + status_items(wire.capabilities) + b")"]

    def take(self, response: Response) -> bool:
        """Keep the counts of this mailbox, whatever the case of its INBOX."""
        if not isinstance(response, StatusOf) or self.status is not None:
            return False
        if response.wire_name.upper() != self._wire_name.upper():
            return False
        self.status = response.status
        return True


@dataclass(frozen=True, slots=True)
class QresyncState:
    """What we knew when we last looked (RFC 7162 §3.2.5)."""

    uidvalidity: int
    modseq: int
    known: UidSet = field(default_factory=UidSet)


@dataclass(slots=True)
class Selected:
    """An open mailbox, and with QRESYNC what changed since last time.

    `uidvalidity` is None from servers that give none: nothing may then be remembered. When more
    changed than `Limits.changed`, `is_incomplete` says so: ask with CHANGEDSINCE, which streams.
    """

    uidvalidity: int | None = None
    uidnext: int | None = None
    exists: int = 0
    highestmodseq: int | None = None
    vanished: UidSet | None = None
    changed: list[FetchedMessage] = field(default_factory=list)
    is_incomplete: bool = False
    read_only: bool = False
    permanent_flags: frozenset[str] = frozenset()
    mailbox_id: str | None = None


class Examine(Command):
    """Open a mailbox to read; nothing there can be changed by us (RFC 3501 §6.3.2).

    `(CONDSTORE)` and `(QRESYNC …)` need those extensions (RFC 7162 §3.1.8, §3.2.5).
    """

    word: ClassVar[bytes] = b"EXAMINE"

    def __init__(
        self, name: str, qresync: QresyncState | None = None, limits: Limits | None = None
    ) -> None:
        super().__init__()
        self.name = name
        self.qresync = qresync
        self._selected = Selected()
        self._vanished: list[UidSet] = []
        self._limits = limits or Limits()
        self._room = self._limits.changed

    @property
    def selected(self) -> Selected:
        """What the answers tell so far."""
        if self._vanished:
            ranges = (pair for uids in self._vanished for pair in uids.ranges)
            self._selected.vanished = UidSet.from_ranges(ranges)
        return self._selected

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `EXAMINE "name" (QRESYNC (…))`."""
        parts: list[Part] = [self.word + b" ", mailbox(wire, self.name)]
        if self.qresync is not None:
            wire.needs("QRESYNC")
            return [*parts, b" (QRESYNC (" + _qresync(self.qresync) + b"))"]
        if wire.capabilities.isdisjoint(("CONDSTORE", "QRESYNC")):
            return parts
        return [*parts, b" (CONDSTORE)"]

    def take(self, response: Response) -> bool:
        """Keep what describes the mailbox."""
        match response:
            case Exists(count):
                self._selected.exists = count
            case FlagsDefined():
                pass
            case Vanished(uids, earlier=True):
                if self._has_room(1 + uids.range_count):
                    self._vanished.append(uids)
            case FetchedMessage(uid=uid) if uid and self.qresync is not None:
                if self._has_room(1 + response.weight // 1000):
                    self._selected.changed.append(response)
            case Condition(kind="OK", tag=None):
                self._take_code(response)
            case _:
                return False
        return True

    def _has_room(self, needed: int) -> bool:
        self._room -= needed
        if self._room < -_PATIENCE * self._limits.changed:
            raise LimitExceeded("changed", self._limits.changed)
        self._selected.is_incomplete = self._room < 0
        return self._room >= 0

    def _take_code(self, condition: Condition) -> None:
        code = condition.code
        if code is None:
            return
        match code.name:
            case "UIDVALIDITY":
                # Zero is no validity (RFC 3501 §9, nz-number). Seen: Courier's new mailboxes.
                self._selected.uidvalidity = code.number or None
            case "UIDNEXT":
                self._selected.uidnext = code.number or None
            case "HIGHESTMODSEQ":
                self._selected.highestmodseq = code.number
            case "NOMODSEQ":
                self._selected.highestmodseq = None
            case "MAILBOXID":
                self._selected.mailbox_id = object_id(code.argument)
            case "PERMANENTFLAGS":
                words = code.argument.strip(b"()").split()[:1000]
                self._selected.permanent_flags = frozenset(w.decode("latin-1") for w in words)


class Select(Examine):
    """Open a mailbox to write flags or move messages (RFC 3501 §6.3.1)."""

    word: ClassVar[bytes] = b"SELECT"


class Unselect(Command):
    """Leave a mailbox without removing anything (RFC 3691). Needs UNSELECT."""

    word: ClassVar[bytes] = b"UNSELECT"

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `UNSELECT`."""
        wire.needs("UNSELECT", "IMAP4REV2")
        return [self.word]


def status_items(capabilities: frozenset[str]) -> bytes:
    """Return the counts this server can give."""
    wanted = [
        item
        for item, any_of in _STATUS_ITEMS.items()
        if any_of is None or capabilities.intersection(any_of)
    ]
    return " ".join(wanted).encode("ascii")


def _list_return(capabilities: frozenset[str]) -> list[bytes]:
    if capabilities.isdisjoint(("LIST-EXTENDED", "IMAP4REV2")):
        return []
    wanted = []
    if not capabilities.isdisjoint(("SPECIAL-USE", "IMAP4REV2")):
        wanted.append(b"SPECIAL-USE")
    if not capabilities.isdisjoint(("LIST-STATUS", "IMAP4REV2")):
        wanted.append(b"STATUS (" + status_items(capabilities) + b")")
    return wanted


def _qresync(state: QresyncState) -> bytes:
    words = f"{state.uidvalidity} {state.modseq}"
    # Known UIDs only spare the server work; a long list costs the line more than it saves.
    known = str(state.known) if state.known else ""
    return f"{words} {known}".encode() if 0 < len(known) <= 4_000 else words.encode()
