"""HTML that we sanitised to the plain text that stands for it in the same email (RFC 2046 §5.1.4).

Not `mime.html_text`, which reads strangers' pages for search: here lists keep their signs, quotes
their `>` and links their goal, because somebody reads it.
"""

from html.parser import HTMLParser
from typing import Final

_PARAGRAPHS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "hr"}
)
_LINES: Final = frozenset(
    {"address", "article", "aside", "center", "dd", "details", "div", "dl", "dt", "figcaption",
     "figure", "footer", "header", "li", "main", "nav", "section", "summary", "tr"}
)  # fmt: skip
_LISTS: Final = frozenset({"ul", "ol"})
_RULE: Final = "----------"
_DEEPEST: Final = 20


def plain_words(html: str) -> str:
    """The text of a page, in lines."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text


class _Reader(HTMLParser):
    """Writes lines; `_wanted` line ends come before the next word, and only if one comes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._written: list[str] = []
        self._line = ""
        self._wanted = 0
        self._depth = 0
        self._gap_depth = 0
        self._lists: list[int | None] = []  # The number last used; None where there are dots.
        self._sign = ""
        self._links: list[tuple[str, int]] = []
        self._verbatim = 0

    @property
    def text(self) -> str:
        """What was read so far."""
        return "\n".join([*self._written, self._line]).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a quote, a list."""
        found = {name: value or "" for name, value in attrs}
        self._break_before(tag, is_in_a_list=bool(self._lists))
        if tag == "blockquote":
            self._depth = min(self._depth + 1, _DEEPEST)
        elif tag in _LISTS:
            self._lists.append(None if tag == "ul" else 0)
        elif tag == "pre":
            self._verbatim += 1
        elif tag == "li":
            self._sign = self._next_sign()
        elif tag == "a":
            self._links.append((found.get("href", ""), len(self._line)))
        else:
            self._write_empty(tag, found)

    def handle_endtag(self, tag: str) -> None:
        """End it; of a link, write where it leads."""
        self._break_before(tag, is_in_a_list=len(self._lists) > (tag in _LISTS))
        if tag == "blockquote":
            self._depth = max(self._depth - 1, 0)
            self._gap_depth = min(self._gap_depth, self._depth)
        elif tag in _LISTS and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._verbatim = max(self._verbatim - 1, 0)
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())

    def handle_data(self, data: str) -> None:
        """Write words; spaces and line ends are one space, but in what is verbatim."""
        if self._verbatim:
            for number, line in enumerate(data.split("\n")):
                self._wanted = max(self._wanted, min(number, 1))
                self._write(line)
            return
        words = " ".join(data.split())
        if data[:1].isspace() and self._line and not self._wanted:
            self._line = f"{self._line.rstrip()} "
        if words:
            self._write(words + (" " if data[-1:].isspace() else ""))

    def _break_before(self, tag: str, *, is_in_a_list: bool) -> None:
        if (tag in _PARAGRAPHS or tag in _LISTS) and not is_in_a_list:
            self._wanted = max(self._wanted, 2)
        elif tag in _PARAGRAPHS or tag in _LINES or tag in _LISTS:
            self._wanted = max(self._wanted, 1)

    def _write_empty(self, tag: str, found: dict[str, str]) -> None:
        if tag == "br":
            self._wanted += 1
        elif tag == "hr":
            self._write(_RULE)
            self._wanted = 2
        elif tag == "img" and found.get("alt"):
            self._write(f"[{found['alt']}]")
        elif tag in ("td", "th") and self._line and not self._wanted:
            self._line = f"{self._line.rstrip()}  "

    def _next_sign(self) -> str:
        indent = "  " * min(max(len(self._lists) - 1, 0), _DEEPEST)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number + 1}. "

    def _end_link(self, href: str, begun: int) -> None:
        shown = self._line[begun:].strip()
        is_same = href.removeprefix("mailto:").rstrip("/") in (shown, shown.rstrip("/"))
        if href.startswith(("http://", "https://", "mailto:")) and not is_same:
            self._write(f" <{href.removeprefix('mailto:')}>" if shown else href)

    def _write(self, words: str) -> None:
        if self._wanted:
            self._end_lines(self._wanted)
        if not self._line and self._depth:
            self._line = "> " if self._depth == 1 else ">" * (self._depth - 1) + "> "
        self._line += self._sign + words
        self._sign, self._gap_depth = "", self._depth

    def _end_lines(self, number: int) -> None:
        self._wanted = 0
        if not self._line and not self._written:
            return
        mark = ">" * min(self._depth, self._gap_depth)
        self._written += [self._line.rstrip(), *[mark] * (number - 1)]
        self._line = ""
