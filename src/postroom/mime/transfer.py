"""Content-Transfer-Encoding undone (RFC 2045 §6), for what senders and list software make of it."""

import binascii
import re
from io import BytesIO
from itertools import islice
from typing import Final

from postroom.mime.defects import Defect
from postroom.mime.encoded_words import NOT_BASE64, decode_loose_base64

_IDENTITY: Final = frozenset(("", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"))
_SPACES: Final = b" \t\r\n"
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=\s]")
_MORE_BASE64 = re.compile(rb"^[A-Za-z0-9+/]{60}", re.MULTILINE)
_RUN = re.compile(rb"[A-Za-z0-9+/]+")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\n]*\n", re.MULTILINE)
_MAX_RUNS: Final = 10_000
_MAX_LINES: Final = 1_200_000
"""Lines of uuencode that are read: 64 MiB, if they are as long as they should be."""

Decoded = tuple[bytes, Defect | None]


def decode_transfer(encoded: bytes, encoding: str) -> Decoded:
    """Return the content and what had to be repaired; an unknown encoding is left as it is."""
    name = _encoding_name(encoding)
    if name in _IDENTITY:
        return encoded, None
    if name == "base64":
        return decode_base64(encoded)
    if name in ("quoted-printable", "quoted_printable"):
        return binascii.a2b_qp(encoded), None
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _decode_uuencoded(encoded)
    return encoded, Defect.UNKNOWN_ENCODING


def decoded_size(encoded: bytes, encoding: str) -> int:
    """Return how long the content is; base64 without defect is counted, not decoded."""
    if _encoding_name(encoding) == "base64":
        letters = _count_letters(encoded)
        padding = encoded.find(b"=")
        trails = padding < 0 or not encoded[padding:].strip(_SPACES + b"=")
        if trails and len(encoded.translate(None, NOT_BASE64)) == letters:
            return letters * 3 // 4
    return len(decode_transfer(encoded, encoding)[0])


def decode_base64(encoded: bytes) -> Decoded:
    """Decode base64; junk after it is cut, junk within it skipped, several paddings allowed."""
    try:
        content = binascii.a2b_base64(encoded)
    except binascii.Error:
        content = b""
    # Junk would have been skipped, and what follows a padding left out: then lengths differ.
    if len(content) == _count_letters(encoded) * 3 // 4:
        return content, None
    return _decode_broken_base64(encoded), Defect.BROKEN_ENCODING


def _encoding_name(encoding: str) -> str:
    return encoding.partition(";")[0].partition("(")[0].strip(" \t\"'").lower()


def _count_letters(encoded: bytes) -> int:
    """Count what is neither space nor padding: the letters, if nothing else is in there."""
    return len(encoded.translate(None, _SPACES + b"="))


def _decode_broken_base64(encoded: bytes) -> bytes:
    foreign = _FOREIGN.search(encoded)
    if foreign is not None:
        line = encoded.rfind(b"\n", 0, foreign.start()) + 1
        if line and not _MORE_BASE64.search(encoded, line):
            # Seen: list footers, disclaimers and virus scanners' notes below an encoded part.
            encoded = encoded[:line]
    letters = encoded.translate(None, _SPACES)
    if b"=" not in letters.rstrip(b"="):
        return decode_loose_base64(letters)
    runs = islice(_RUN.finditer(letters), _MAX_RUNS)
    return b"".join(decode_loose_base64(run[0]) for run in runs)


def _decode_uuencoded(encoded: bytes) -> Decoded:
    begin = _UU_BEGIN.search(encoded)
    content = bytearray()
    lines = BytesIO(encoded[begin.end() if begin else 0 :])
    for ended in islice(lines, _MAX_LINES):
        line = ended.rstrip(b"\r\n")
        if line in (b"end", b"`", b""):
            break
        # A line says its own length; it is believed for no more than stands in it.
        room = len(line) * 3 // 4 + 1
        try:
            content += binascii.a2b_uu(line[: 1 + _uu_letters(line[0])])[:room]
        except binascii.Error:
            return bytes(content), Defect.BROKEN_ENCODING
    return bytes(content), None if begin else Defect.BROKEN_ENCODING


def _uu_letters(length: int) -> int:
    """Seen: encoders that pad a line too far; the first character says how much of it counts."""
    return (((length - 32) & 63) + 2) // 3 * 4
