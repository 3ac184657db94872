"""A server's own text: capped, printable, never mistaken for ours."""

import re
from typing import Final

_ID_MAX: Final = 255
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def server_words(text: bytes, limit: int) -> str:
    """Return at most `limit` characters that can be shown: no controls, no direction marks.

    Not UTF-8 is tried as GB18030 (Seen: QQ sends its refusals in GBK), then as Latin-1.
    """
    words = _UNSEEN.sub(" ", _decode(text[: 4 * limit])).strip()
    return words if len(words) <= limit else words[: limit - 1] + "…"


def object_id(text: bytes) -> str:
    """Return an id that a server gave to a message, a thread or a mailbox (RFC 8474 §3)."""
    return server_words(text.strip(b"()"), _ID_MAX)


def _decode(text: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return text.decode(encoding)
        except UnicodeDecodeError:
            continue
    return text.decode("latin-1")
