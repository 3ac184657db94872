"""Plain text as a letter: links can be followed, what is quoted steps back."""

import re
from itertools import groupby, islice

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

LINK = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
NOT_OF_THE_LINK = ".,;:!?)]}'»”"
# What nobody wrote by hand is shown as plain text: 2 MB of `>a` and `b` took seven seconds.
MOST_LINKS = 5_000
MOST_QUOTED_LINES = 20_000


def letter(text: str) -> SafeString:
    """The text as HTML. Every character of it is escaped; the markup is ours."""
    text = text.rstrip()
    if text.count("\n>") > MOST_QUOTED_LINES:
        return linked(text)
    groups = groupby(text.split("\n"), key=lambda line: line.startswith(">"))
    return mark_safe("\n".join(block(list(lines), quoted) for quoted, lines in groups))  # noqa: S308


def block(lines: list[str], quoted: bool) -> str:
    """Some lines that are all quoted or all not."""
    text = linked("\n".join(lines))
    return format_html('<span class="quoted">{}</span>', text) if quoted else text


def linked(text: str) -> SafeString:
    """Escape the text and make links of the web addresses in it."""
    pieces: list[str] = []
    end = 0
    for found in islice(LINK.finditer(text), MOST_LINKS):
        url = found[0].rstrip(NOT_OF_THE_LINK)
        pieces += escape(text[end : found.start()]), link(url)
        end = found.start() + len(url)
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308 - all pieces are escaped


def link(url: str) -> SafeString:
    """A link that tells its goal nothing about this page."""
    return format_html('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', url, url)
