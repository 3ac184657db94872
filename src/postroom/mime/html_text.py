"""HTML to the text a reader would see, for search and snippets; never for display as HTML.

A few passes, each in time proportional to the input however it is nested or unclosed. A real
HTML parser would read hostile pages more faithfully, which a search index does not need.
"""

import re
from html import unescape
from typing import Final

from postroom.mime.charsets import storable

_MARKUP: Final = 4
"""Characters of a page that are read for one of text; newsletters have two to three."""

_UNSEEN: Final = ("script", "style", "title", "head", "template", "svg", "math", "object")
_HIDING = re.compile(rf"<!--|<({'|'.join(_UNSEEN)})\b[^<>]*+>", re.IGNORECASE)
# The group repeats greedily, not possessively: before Python 3.11.5 a possessive group that holds
# choices matches wrongly (Seen: Debian 12).
_BREAKING = re.compile(
    r"(?:</?(?:address|article|aside|blockquote|br|center|d[dlt]|div|fieldset|footer|form|h[1-6r]"
    r"|header|li|main|nav|[ou]l|p|pre|section|table|tr)\b[^<>]*+>\s*+)+",
    re.IGNORECASE,
)
_CELL = re.compile(r"</?t[dh]\b[^<>]*+>", re.IGNORECASE)
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*+>")
_ENDLESS_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
_CLOSING: Final = {name: re.compile(rf"</{name}\b[^<>]*+>", re.IGNORECASE) for name in _UNSEEN} | {
    "head": re.compile(r"</head\b[^<>]*+>|(?=<body\b)", re.IGNORECASE)
}


def html_to_text(html: str, limit: int) -> str:
    """Return at most `limit` characters of the text in a page, a line for every block."""
    seen = _seen(html[: limit * _MARKUP]).replace("\n", " ")
    seen = _CELL.sub(" ", _BREAKING.sub("\n", seen))
    text = unescape(_ENDLESS_REFERENCE.sub("\ufffd", _TAG.sub("", seen)))
    return _tidy(storable(text))[:limit]


def _seen(html: str) -> str:
    """Leave out comments and the elements nobody sees; one that never closes hides nothing."""
    pieces: list[str] = []
    unclosed: set[str] = set()
    end = start = 0
    while hiding := _HIDING.search(html, end):
        end = hiding.end()
        name = (hiding[1] or "").lower()
        close = -1 if name in unclosed else _close(html, name, end)
        if close < 0:
            unclosed.add(name)
            continue
        pieces.append(html[start : hiding.start()])
        start = end = close
    return "".join(pieces) + html[start:]


def _close(html: str, name: str, start: int) -> int:
    if not name:
        close = html.find("-->", start)
        return close + 3 if close >= 0 else -1
    closing = _CLOSING[name].search(html, start)
    return closing.end() if closing else -1


def _tidy(text: str) -> str:
    """Collapse spaces in lines, and leave out lines without words."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(filter(None, lines))
