"""Header text with encoded words to plain text (RFC 2047).

Forgiving where senders fail: a character split over two words (their bytes are joined before the
charset is applied), base64 without padding, `?` inside a word, words inside quoted strings.
"""

import binascii
import re
from typing import Final

from postroom.mime.charsets import decode_text, storable

_WORD = re.compile(
    r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*+(?:\?(?!=)[^?]*+){0,40})\?="
)
_SPACES_OR_CONTROLS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")

NOT_BASE64: Final = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)


def decode_words(value: str) -> str:
    """Replace each encoded word of an unfolded header value by its text."""
    if "=?" not in value:
        return value
    text: list[str] = []
    run: list[tuple[str, bytes]] = []
    end = 0
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        if not run or between.strip():
            text += _flush(run), between
            run = []
        run.append((word[1].lower(), _word_bytes(word[2], word[3])))
        end = word.end()
    text += _flush(run), value[end:]
    return storable("".join(text))


def one_line(value: str) -> str:
    """Return text as one line: controls and line ends become spaces, runs of them one."""
    line = " ".join(value.split())
    return line if line.isprintable() else _SPACES_OR_CONTROLS.sub(" ", line).strip()


def _flush(run: list[tuple[str, bytes]]) -> str:
    """Decode neighbouring words; those of one charset are one byte string."""
    text = ""
    pending = b""
    for number, (charset, content) in enumerate(run):
        pending += content
        if number + 1 == len(run) or run[number + 1][0] != charset:
            text += decode_text(pending, charset)
            pending = b""
    return text


def _word_bytes(encoding: str, encoded: str) -> bytes:
    octets = encoded.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(octets.replace(b" ", b"_"), header=True)
    return decode_loose_base64(octets)


def decode_loose_base64(encoded: bytes) -> bytes:
    """Decode base64 whatever its padding or junk; a cut last character is dropped."""
    letters = encoded.translate(None, NOT_BASE64)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
