"""Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3), or UTF-8 once it is enabled.

A name that is not what its own decoding would encode to (raw 8-bit, a bare `&`) is kept by
`WireNames` with the octets the server used, so that it can still be opened.
"""

import binascii
import re
from typing import Final

from postroom.imap.errors import IllegalCommand

INBOX: Final = "INBOX"
NAME_MAX: Final = 1_000

# Not `[^-]*`: of a name that is all `&` each would be looked at from each before it.
_SHIFTED = re.compile(r"&([^&-]*)-")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def encode_utf7(name: str) -> bytes:
    """Return `name` in modified UTF-7; the result is printable ASCII whatever goes in."""
    escaped = name.replace("&", "&-")
    return _UNPRINTABLE.sub(_shift, escaped).encode("ascii")


def decode_utf7(wire: bytes) -> str:
    """Return the name behind modified UTF-7. Raises ValueError when it is not canonical."""
    name = _SHIFTED.sub(_unshift, wire.decode("ascii"))
    if encode_utf7(name) != wire:
        raise ValueError(f"not modified UTF-7: {wire[:80]!r}")
    return name


class WireNames:
    """Both spellings of a server's mailbox names, for one connection."""

    def __init__(self) -> None:
        self.utf8 = False
        self._odd: dict[str, bytes] = {}

    def parse(self, wire: bytes) -> str:
        """Return the name for people. Never raises: an odd name keeps its octets on the side."""
        if wire.upper() == b"INBOX":
            return INBOX
        try:
            return wire.decode() if self.utf8 else decode_utf7(wire)
        except ValueError:
            name = wire.decode("utf-8", "backslashreplace")
            self._odd[name] = wire
            return name

    def compose(self, name: str) -> bytes:
        """Return the octets of a mailbox's name. Raises IllegalCommand for what none can have."""
        if name in self._odd:
            return self._odd[name]
        if not name or len(name) > NAME_MAX:
            raise IllegalCommand("a mailbox's name has 1 to 1000 characters")
        if not self.utf8:
            return encode_utf7(name)
        if _CONTROL.search(name):
            raise IllegalCommand("a mailbox's name has no control characters")
        try:
            return name.encode()
        except UnicodeEncodeError:
            raise IllegalCommand("a mailbox's name is text") from None


def _shift(match: re.Match[str]) -> str:
    octets = match.group().encode("utf-16-be", "surrogatepass")
    base64 = binascii.b2a_base64(octets, newline=False).decode("ascii")
    return "&" + base64.rstrip("=").replace("/", ",") + "-"


def _unshift(match: re.Match[str]) -> str:
    base64 = match.group(1).replace(",", "/")
    if not base64:
        return "&"
    octets = binascii.a2b_base64(base64 + "=" * (-len(base64) % 4), strict_mode=True)
    return octets.decode("utf-16-be")
