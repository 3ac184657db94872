"""The only commands that change a mailbox: flags, a move, a new message. None removes anything."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from postroom.imap.capabilities import append_limit
from postroom.imap.commands.command import Command, Octets, Part, Wire, flag_list, mailbox
from postroom.imap.errors import IllegalCommand
from postroom.imap.responses import Code, Condition, FetchedMessage, Response
from postroom.imap.uid_set import UidSet

_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


class UidStore(Command):
    """Add or take away flags (RFC 3501 §6.4.6)."""

    word: ClassVar[bytes] = b"UID STORE"

    def __init__(self, uids: UidSet, sign: str, flags: frozenset[str]) -> None:
        super().__init__()
        self.uids = uids
        self._sign = sign
        self._flags = flags

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `UID STORE 7 +FLAGS.SILENT (\\Seen)`."""
        if any(flag.lower() == "\\deleted" for flag in self._flags):
            raise IllegalCommand("Postroom marks nothing for removal")
        line = f"UID STORE {self.uids} {self._sign}FLAGS.SILENT ".encode("ascii")
        return [line + flag_list(self._flags)]

    def take(self, response: Response) -> bool:
        """Claim the echo of our own change."""
        return isinstance(response, FetchedMessage) and response.uid in self.uids


class UidMove(Command):
    """Move messages to another mailbox (RFC 6851). Needs MOVE."""

    word: ClassVar[bytes] = b"UID MOVE"

    def __init__(self, uids: UidSet, name: str) -> None:
        super().__init__()
        self.uids = uids
        self.name = name
        self.copied: Code | None = None

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `UID MOVE 7 "Archive"`."""
        wire.needs("MOVE", "IMAP4REV2")
        return [f"UID MOVE {self.uids} ".encode("ascii"), mailbox(wire, self.name)]

    def take(self, response: Response) -> bool:
        """Keep COPYUID, which comes untagged and before the removals (RFC 6851 §4.3)."""
        if not isinstance(response, Condition) or response.tag is not None:
            return False
        if response.code is None or response.code.name != "COPYUID":
            return False
        self.copied = response.code
        return True


@dataclass(frozen=True, slots=True)
class AppendUid:
    """Where an appended message came to lie (RFC 4315 §3)."""

    uidvalidity: int
    uid: int


class Append(Command):
    """Put a message into a mailbox (RFC 3501 §6.3.11).

    Its UID comes back with UIDPLUS. A size over APPENDLIMIT is refused here (RFC 7889).
    """

    word: ClassVar[bytes] = b"APPEND"

    def __init__(
        self, name: str, message: bytes, flags: frozenset[str], internal_date: datetime | None
    ) -> None:
        super().__init__()
        self.name = name
        self._message = message
        self._flags = flags
        self._internal_date = internal_date

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `APPEND "Sent" (\\Seen) {4096}`; 8-bit headers need UTF8 (RFC 6855 §4)."""
        limit = append_limit(wire.capabilities)
        if limit is not None and len(self._message) > limit:
            raise IllegalCommand(f"the server takes messages of at most {limit} octets")
        line = b" "
        if self._flags:
            line += flag_list(self._flags) + b" "
        if self._internal_date is not None:
            line += _date_time(self._internal_date) + b" "
        return [b"APPEND ", mailbox(wire, self.name), line, Octets(self._message)]

    @property
    def appended(self) -> AppendUid | None:
        """Where it lies, if the server said."""
        code = self.outcome.code if self.outcome else None
        if code is None or code.name != "APPENDUID":
            return None
        words = code.argument.split()
        if len(words) != 2 or not all(word.isdigit() and len(word) < 11 for word in words):
            return None
        return AppendUid(int(words[0]), int(words[1]))


def _date_time(moment: datetime) -> bytes:
    zone = moment.strftime("%z")[:5] or "+0000"
    day = f"{moment.day:2d}-{_MONTHS[moment.month - 1]}-{moment.year:04d}"
    return f'"{day} {moment:%H:%M:%S} {zone}"'.encode("ascii")
