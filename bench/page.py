"""The page of figures, docs/benchmarks.md: each benchmark writes its own section of it."""

import re
from collections.abc import Sequence

from bench import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


def write_section(name: str, text: str) -> None:
    """Put `text` where the section stands, between its two comments, or at the end of the page."""
    page = PAGE.read_text() if PAGE.exists() else "# Benchmarks\n"
    begin, end = f"<!-- measured: {name} -->", f"<!-- end of {name} -->"
    section = f"{begin}\n\n{text.strip()}\n\n{end}"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not found.search(page):
        page = f"{page.rstrip()}\n\n{begin}{end}\n"
    PAGE.write_text(found.sub(lambda _: section, page))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, figures to the right."""
    rule = ["---", *["---:"] * (len(headings) - 1)]
    return "".join(f"| {' | '.join(row)} |\n" for row in [headings, rule, *rows])
