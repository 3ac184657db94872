"""Put a message into a mailbox: the only way octets of ours come to lie on a server."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from postroom.imap.commands.command import (
    Command,
    Octets,
    Part,
    Wire,
    date_text,
    flag_list,
    mailbox,
)
from postroom.imap.errors import IllegalCommand


@dataclass(frozen=True, slots=True)
class AppendUid:
    """Where an appended message came to lie (RFC 4315 §3)."""

    uidvalidity: int
    uid: int


class Append(Command):
    """Put a message into a mailbox (RFC 3501 §6.3.11). Its UID comes back with UIDPLUS.

    A header outside ASCII goes as UTF8 once that is enabled (RFC 6855 §4); NUL needs BINARY
    (RFC 3516 §4.4).
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
        """Compose `APPEND "Sent" (\\Seen) {4096}`."""
        line = b" "
        if self._flags:
            line += flag_list(self._flags) + b" "
        if self._internal_date is not None:
            line += _date_time(self._internal_date) + b" "
        return [b"APPEND ", mailbox(wire, self.name), line, *self._compose_message(wire)]

    def _compose_message(self, wire: Wire) -> list[Part]:
        if wire.names.utf8 and not _header(self._message).isascii():
            return [b"UTF8 (", Octets(self._message, binary=True), b")"]
        if b"\x00" not in self._message:
            return [Octets(self._message)]
        if "BINARY" not in wire.capabilities:
            raise IllegalCommand("the server takes no message that holds NUL")
        return [Octets(self._message, binary=True)]

    @property
    def size(self) -> int:
        """Octets of the message."""
        return len(self._message)

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


def _header(message: bytes) -> bytes:
    return message.partition(b"\r\n\r\n")[0]


def _date_time(moment: datetime) -> bytes:
    zone = moment.strftime("%z")[:5] or "+0000"
    return f'"{date_text(moment):>11} {moment:%H:%M:%S} {zone}"'.encode("ascii")
