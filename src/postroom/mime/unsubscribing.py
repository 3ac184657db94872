"""How a list says one gets off it (RFC 2369 §3.2, RFC 8058)."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from postroom.mime.addresses import canonical_address
from postroom.mime.encoded_words import one_line
from postroom.mime.headers import HeaderFields

ONE_CLICK: Final = "List-Unsubscribe=One-Click"
"""What is posted, and what the second field says when that is enough (RFC 8058 §3.1)."""

MOST_WAYS: Final = 10
LONGEST_URL: Final = 2_000
LONGEST_TEXT: Final = 500

_ANGLED = re.compile(r"<\s*([^<>]{1,4000})\s*>")


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    """The ways off a list, each '' where there is none; `subject` and `text` go by email.

    `one_click` is where one POST is enough, `page` where a person must look for themselves.
    """

    one_click: str = ""
    address: str = ""
    subject: str = ""
    text: str = ""
    page: str = ""


def find_unsubscribing(fields: HeaderFields) -> Unsubscribing | None:
    """The ways that a header offers, None if there is none. Only HTTPS and email are ways."""
    found = _ANGLED.findall(fields.get(b"list-unsubscribe"))[:MOST_WAYS]
    ways = ["".join(way.split()) for way in found]
    page = next((way for way in ways if _is_page(way)), "")
    mailto = next((way for way in ways if way.lower().startswith("mailto:")), "")
    address, subject, text = _read_mailto(mailto)
    is_one_click = ONE_CLICK.lower() in fields.get(b"list-unsubscribe-post").lower()
    if not page and not address:
        return None
    return Unsubscribing(page if is_one_click else "", address, subject, text, page)


def _is_page(way: str) -> bool:
    if len(way) > LONGEST_URL or not (way.isascii() and way.isprintable()):
        return False
    try:
        parts = urlsplit(way)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _read_mailto(way: str) -> tuple[str, str, str]:
    """One address, subject and text (RFC 6068). Whatever else it wishes for is left out."""
    try:
        parts = urlsplit(way)
        wishes = parse_qs(parts.query, max_num_fields=10)
    except ValueError:
        return "", "", ""
    address = canonical_address(unquote(parts.path).partition(",")[0])
    if not address:
        return "", "", ""
    said = {name.lower(): one_line(values[0])[:LONGEST_TEXT] for name, values in wishes.items()}
    subject = said.get("subject", "") or "unsubscribe"
    return address, subject, said.get("body", "") or "unsubscribe"
