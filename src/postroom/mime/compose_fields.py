"""Values to header fields that hold exactly these values (RFC 5322 §2.2.3, RFC 2047 §5, RFC 2231).

Whatever a value holds, one field comes out: line ends and controls become spaces before anything
else is done. Lines are folded at 76 characters where a space allows it.
"""

import base64
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from postroom.mime.addresses import Address, canonical_spec
from postroom.mime.attachments import safe_file_name
from postroom.mime.charsets import storable
from postroom.mime.encoded_words import one_line

_LINE: Final = 76
_WORD_OCTETS: Final = 42
"""UTF-8 bytes in an encoded word: `=?utf-8?B?` + 56 letters + `?=` stays below 75 (RFC 2047 §2)."""
_SEGMENT: Final = 50
_KEPT_REFERENCES: Final = 20

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+\Z")
_PLAIN_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]]+\Z")
_NOT_IN_ID = re.compile(r"[^!-;=?-~]")


class UnusableAddress(ValueError):
    """Raised when a draft names an address that no mail can be sent to or from."""


def compose_text_field(name: str, value: str) -> bytes:
    """Write free text, such as a Subject."""
    text = one_line(storable(value))
    if not text.isascii() or "=?" in text or _longest_word(text) > _LINE:
        words = _encoded_words(text)
    else:
        words = text.split(" ")
    return _folded(name, words)


def compose_address_field(name: str, addresses: Iterable[Address]) -> bytes:
    """Write a list of mailboxes; UnusableAddress if one of them is none."""
    written = [compose_mailbox(one) for one in addresses]
    words = [word for mailbox in written[:-1] for word in _with_comma(mailbox)]
    return _folded(name, [*words, *written[-1]]) if written else b""


def compose_ids_field(name: str, ids: Iterable[str]) -> bytes:
    """Write Message-IDs, each on a line of its own; the oldest and the latest are enough."""
    words = [f"<{clean}>" for one in ids if (clean := _NOT_IN_ID.sub("", one)[:900])]
    if len(words) > _KEPT_REFERENCES:
        words = words[:1] + words[1 - _KEPT_REFERENCES :]
    return _folded(name, words) if words else b""


def compose_plain_field(name: str, value: str) -> bytes:
    """Write a value that this package made itself."""
    return _folded(name, value.split(" "))


def compose_file_parameters(disposition: str, name: str) -> str:
    """Return a Content-Disposition value; names beyond ASCII are segmented (RFC 2231 §4.1)."""
    name = safe_file_name(storable(name)) or "file"
    if name.isascii():
        return f'{disposition}; filename="{name}"'
    segments = ["utf-8''"]
    for character in name:
        octets = quote(character, safe="")
        if len(segments[-1]) + len(octets) > _SEGMENT:
            segments.append("")
        segments[-1] += octets
    return disposition + "".join(
        f"; filename*{number}*={segment}" for number, segment in enumerate(segments)
    )


def compose_mailbox(address: Address) -> list[str]:
    """Return the words of `Name <local@domain>`; the domain is written in ASCII."""
    spec = _sendable(address.address or address.canonical)
    name = one_line(storable(address.name))
    if not name:
        return [spec]
    return [*_phrase(name), f"<{spec}>"]


def _sendable(spec: str) -> str:
    canonical = canonical_spec(spec)
    if not canonical:
        raise UnusableAddress(f"no mail can be sent to {one_line(spec)[:80]!r}")
    local, _, _ = spec.rpartition("@")
    canonical_local, _, domain = canonical.rpartition("@")
    return f"{local if _PLAIN_LOCAL.match(local) else canonical_local}@{domain}"


def _phrase(name: str) -> list[str]:
    if not name.isascii() or "=?" in name or len(name) > _LINE - 2:
        return _encoded_words(name)
    if _ATOMS.match(name):
        return name.split(" ")
    return ['"' + re.sub(r'(["\\])', r"\\\1", name) + '"']


def _encoded_words(text: str) -> list[str]:
    words: list[str] = []
    pending = b""
    for character in text:
        octets = character.encode("utf-8")
        if len(pending) + len(octets) > _WORD_OCTETS:
            words.append(_encoded_word(pending))
            pending = b""
        pending += octets
    return [*words, _encoded_word(pending)]


def _encoded_word(octets: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(octets).decode('ascii')}?="


def _with_comma(mailbox: list[str]) -> list[str]:
    return [*mailbox[:-1], mailbox[-1] + ","]


def _folded(name: str, words: list[str]) -> bytes:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LINE and len(lines[-1]) > len(name) + 1:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).encode("utf-8") + b"\r\n"


def _longest_word(text: str) -> int:
    return max(map(len, text.split(" ")))
