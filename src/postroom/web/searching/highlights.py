"""Where the words of a query stand in a text, marked. Whatever is written in it stays text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from postroom.archive.search_query import Kind, Query
from postroom.archive.search_terms import SHORTEST_PREFIX
from postroom.mime.words import Piece, fold, is_unspaced, pieces_of

BEFORE, EXCERPT = 30, 200
# Text that is not ASCII is slow to fold, and a page has many excerpts.
LOOKED_THROUGH, OF_OTHERS = 8_000, 2_000


@dataclass(frozen=True, slots=True)
class Needle:
    """Words that must stand one behind the other; the last one may go on."""

    words: tuple[str, ...]
    is_open: bool


def needles_of(query: Query, *kinds: Kind) -> list[Needle]:
    """What is to be marked, of the terms that look at these."""
    found = []
    for term in query.terms:
        words = tuple(piece.text for piece in pieces_of(term.text))
        if words and not term.is_negated and term.kind in kinds:
            is_open = term.is_prefix and len(words[-1]) >= SHORTEST_PREFIX
            found.append(Needle(words, is_open))
    return found


def marked(text: str, needles: Sequence[Needle]) -> SafeString:
    """The text with its hits in `<mark>`, everything else escaped."""
    said, at = [], 0
    for start, end in spans(list(pieces_of(text)) if needles else [], needles):
        said += [escape(text[at:start]), format_html("<mark>{}</mark>", text[start:end])]
        at = end
    return mark_safe("".join([*said, escape(text[at:])]))  # noqa: S308 - every piece is escaped


def spans(pieces: list[Piece], needles: Iterable[Needle]) -> Iterator[tuple[int, int]]:
    """Where the needles stand, none inside another."""
    first: dict[str, list[Needle]] = {}
    for needle in needles:
        first.setdefault(needle.words[0][0], []).append(needle)
    at = 0
    while at < len(pieces):
        here = first.get(pieces[at].text[:1], ())
        lengths = [len(n.words) for n in here if stands(n, pieces[at : at + len(n.words)])]
        if lengths:
            yield pieces[at].start, pieces[at + max(lengths) - 1].end
        at += max(lengths, default=1)


def stands(needle: Needle, pieces: list[Piece]) -> bool:
    """Whether these pieces are the needle's words."""
    if len(pieces) < len(needle.words):
        return False
    *before, last = needle.words
    if any(piece.text != word for piece, word in zip(pieces, before, strict=False)):
        return False
    there = pieces[-1].text
    return there.startswith(last) if needle.is_open else there == last


def excerpt(text: str, needles: Sequence[Needle]) -> SafeString | None:
    """A line of the text around its first hit, marked; None if there is none."""
    text = text[: LOOKED_THROUGH if text.isascii() else OF_OTHERS]
    at = find_first(text, needles)
    if at is None:
        return None
    start = text.rfind(" ", 0, max(at - BEFORE, 0)) + 1 if at > BEFORE else 0
    line = " ".join(text[start : start + EXCERPT].split())
    shown = marked(line, needles)
    return format_html("{}{}", "… " if start else "", shown) if "<mark>" in shown else None


def find_first(text: str, needles: Sequence[Needle]) -> int | None:
    """About where the first hit stands: fast where folding keeps every character in its place."""
    folded = fold(text)
    if not needles:
        return None
    if len(folded) != len(text):
        return next((start for start, _ in spans(list(pieces_of(text)), needles)), None)
    found = re.search("|".join(map(pattern_of, needles)), folded)
    return found.start() if found else None


def pattern_of(needle: Needle) -> str:
    """The needle in folded text."""
    said = r"[\W_]*".join(map(re.escape, needle.words))
    if is_unspaced(needle.words[0]):
        return said
    return rf"(?<![^\W_]){said}" + ("" if needle.is_open else r"(?![^\W_])")
