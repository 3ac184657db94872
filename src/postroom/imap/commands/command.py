"""What every command is: a word, the octets it composes, and the answers it takes."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from postroom.imap.errors import IllegalCommand, MalformedResponse
from postroom.imap.mailbox_name import WireNames
from postroom.imap.responses import Condition, Response

_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"


@dataclass(frozen=True, slots=True)
class Octets:
    """An argument sent as a literal: counted, so it can say nothing but itself.

    `binary` makes it the literal8 of RFC 3516 §4.1, `~{5}`, which alone may hold NUL.
    """

    value: bytes
    binary: bool = False


Part = bytes | Octets


@dataclass(frozen=True, slots=True)
class Wire:
    """What a command needs to know to spell its arguments."""

    capabilities: frozenset[str]
    names: WireNames

    def needs(self, *any_of: str) -> None:
        """Raise IllegalCommand unless the server offers one of these."""
        if not self.capabilities.intersection(any_of):
            raise IllegalCommand(f"the server does not offer {any_of[0]}")


class Command:
    """One command and, as answers arrive, what it learned. `outcome` is its tagged answer."""

    word: ClassVar[bytes]

    def __init__(self) -> None:
        self.outcome: Condition | None = None

    def compose(self, wire: Wire) -> list[Part]:
        """Return what follows the tag."""
        return [self.word]

    def take(self, response: Response) -> bool:
        """Keep an untagged response if it is this command's; say whether it was."""
        return False

    def answer(self, challenge: bytes) -> bytes | None:
        """Return the line that answers a `+`, or None when there is none to give."""
        raise MalformedResponse(f"{self.word.decode()} was answered with `+`")


def astring(value: bytes) -> Part:
    """Return `value` quoted when that is safe, else as a literal; NUL fits neither."""
    if b"\x00" in value:
        raise IllegalCommand("no argument holds NUL")
    if len(value) <= 200 and value.isascii() and value.decode("ascii").isprintable():
        return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return Octets(value)


def text(value: str) -> Part:
    """Return text as an argument in UTF-8. Raises IllegalCommand for half a character."""
    try:
        return astring(value.encode())
    except UnicodeEncodeError:
        raise IllegalCommand("an argument that is not text") from None


def date_text(day: date) -> str:
    """Return `1-Feb-2026`, in English wherever we run (RFC 3501 §9, date-text)."""
    month = _MONTHS[3 * day.month - 3 : 3 * day.month]
    return f"{day.day}-{month}-{day.year:04}"


def mailbox(wire: Wire, name: str) -> Part:
    """Return a mailbox's name as an argument; UTF-8 goes quoted once it is enabled (RFC 6855)."""
    octets = wire.names.compose(name)
    if octets.isascii() or not wire.names.utf8:
        return astring(octets)
    return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def flag_list(flags: frozenset[str]) -> bytes:
    """Return `(\\Seen Work)`. Raises IllegalCommand for what is no flag (RFC 3501 §9)."""
    for flag in flags:
        if not is_flag(flag):
            raise IllegalCommand(f"not a flag: {flag[:40]!r}")
    return b"(" + " ".join(sorted(flags)).encode("ascii") + b")"


def is_flag(flag: str) -> bool:
    """Whether this is a key word or a backslash and a key word."""
    word = flag.removeprefix("\\")
    return (
        0 < len(word) <= 200
        and word.isascii()
        and word.isprintable()
        and not set(word) & set(' (){%*"\\]')
    )
