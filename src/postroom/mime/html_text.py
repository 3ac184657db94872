"""HTML to the text a reader would see, for search and snippets; never for display as HTML.

One pass over the tags, in time proportional to the input however it is nested or unclosed. A real
HTML parser would read hostile pages more faithfully, which a search index does not need.
"""

import re
from html import unescape
from typing import Final

from postroom.mime.charsets import storable

_TAG = re.compile(r"<!--|<(/?)([a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>|<![^<>]*+>|<\?[^<>]*+>")
_UNSEEN: Final = frozenset(
    ("script", "style", "title", "head", "template", "svg", "math", "object")
)
_BREAKS: Final = frozenset((
    "address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt",
    "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
))  # fmt: skip
_CELLS: Final = frozenset(("td", "th"))
_CLOSING = {
    name: re.compile(rf"</{name}[^<>]*>|<body\b" if name == "head" else rf"</{name}[^<>]*>", re.I)
    for name in _UNSEEN
}


def html_to_text(html: str, limit: int) -> str:
    """Return at most `limit` characters of the text in a page, a line for every block."""
    pieces: list[str] = []
    size = end = 0
    unclosed: set[str] = set()
    while size < limit:
        tag = _TAG.search(html, end)
        text = html[end : tag.start() if tag else len(html)]
        if text:
            pieces.append(text.replace("\n", " "))
            size += len(text)
        if tag is None:
            break
        pieces.append(_space_for(tag[2]))
        end = _after(html, tag, unclosed)
    return _tidy(storable(unescape("".join(pieces))))[:limit]


def _space_for(name: str | None) -> str:
    if name is None:
        return ""
    name = name.lower()
    return "\n" if name in _BREAKS else " " if name in _CELLS else ""


def _after(html: str, tag: re.Match[str], unclosed: set[str]) -> int:
    """Return where reading goes on: behind the tag, or behind the element nobody sees."""
    if tag[0] == "<!--":
        close = -1 if "!" in unclosed else html.find("-->", tag.end())
        if close < 0:
            unclosed.add("!")
            return tag.end()
        return close + 3
    name = (tag[2] or "").lower()
    if name not in _UNSEEN or tag[1] or name in unclosed:
        return tag.end()
    closing = _CLOSING[name].search(html, tag.end())
    if closing is None:
        unclosed.add(name)
        return tag.end()
    return closing.start() if closing[0].lower() == "<body" else closing.end()


def _tidy(text: str) -> str:
    """Collapse spaces in lines, and empty lines to one between paragraphs."""
    lines: list[str] = []
    for line in text.split("\n"):
        words = " ".join(line.split())
        if words or (lines and lines[-1]):
            lines.append(words)
    return "\n".join(lines).strip()
