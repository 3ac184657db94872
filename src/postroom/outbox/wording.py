"""A notice as plain text and as simple HTML, both from one writing.

Nothing in it is trusted: names of folders and words of servers come from elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH = 72
FACE = "font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:0 auto;padding:1.5em 1em"


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above what follows."""

    words: str

    def text(self) -> str:
        """As plain text."""
        return self.words

    def html(self) -> SafeString:
        """As HTML."""
        return format_html('<h2 style="font-size:1em;margin:1.5em 0 .25em">{}</h2>', self.words)


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    words: str

    def text(self) -> str:
        """As plain text."""
        return fill(self.words, WIDTH, break_long_words=False, break_on_hyphens=False)

    def html(self) -> SafeString:
        """As HTML."""
        return format_html('<p style="margin:.75em 0">{}</p>', self.words)


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with numbers, one a line."""

    rows: tuple[tuple[str, int], ...]

    def text(self) -> str:
        """As plain text."""
        widest = max(len(name) for name, _ in self.rows)
        return "\n".join(f"  {name:<{widest}}  {number:>9,}" for name, number in self.rows)

    def html(self) -> SafeString:
        """As HTML."""
        cell = (
            '<tr><td style="padding:0 2em .2em 0">{}</td>'
            '<td style="padding:0 0 .2em;text-align:right">{}</td></tr>'
        )
        rows = format_html_join("", cell, ((name, f"{number:,}") for name, number in self.rows))
        return format_html('<table style="border-spacing:0">{}</table>', rows)


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go, said in words."""

    words: str
    url: str

    def text(self) -> str:
        """As plain text."""
        return f"{self.words}:\n{self.url}"

    def html(self) -> SafeString:
        """As HTML."""
        return format_html(
            '<p style="margin:.75em 0"><a href="{}">{}</a></p>', self.url, self.words
        )


Part = Heading | Words | Facts | Link


def plain_text(parts: Sequence[Part]) -> str:
    """The whole as plain text."""
    return "\n\n".join(part.text() for part in parts) + "\n"


def html_page(parts: Sequence[Part]) -> str:
    """The whole as a page without styles from elsewhere, pictures or scripts."""
    inside = format_html_join("\n", "{}", ((part.html(),) for part in parts))
    return format_html(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="color-scheme" content="light dark"></head>'
        '<body style="{}">\n{}\n</body></html>\n',
        FACE,
        inside,
    )
