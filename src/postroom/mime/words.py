"""Text to the words by which it is found, in any script, with their places.

A word is folded: case, accents and compatibility forms are gone, so that *Müller*, *MULLER* and
*müller* are one. Scripts that write without spaces have no words to cut at: there every character
begins a word of two, and the last one of a run stands alone: any stretch of text is a phrase.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

LONGEST_WORD: Final = (
    64  # Characters; more is no word but an encoding, and is cut alike everywhere.
)

# Han, Kana, Hangul, Thai, Lao, Tibetan, Myanmar, Khmer: Unicode's blocks.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3005-\u3007\u3040-\u30ff"
    "\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# Of these, the ones in which a line may end anywhere; mail is wrapped there.
_WRAPPED: Final = re.compile(
    "(?<=[\u0e00-\u0eff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff])\r?\n"
    "(?=[\u0e00-\u0eff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff])"
)
# What goes when a word is folded: accents, and the vowel points of Hebrew and Arabic, by their
# combining class. Those of Indic scripts and the voicing marks of Kana tell words apart.
_DROPPED: Final = frozenset({1, 202, 216, 220, 230, 240, *range(10, 36)})
_FOLDED: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"
}  # fmt: skip
_BEYOND_ALL: Final = "\U00010000"
_BEYOND: Final = re.compile("[\U00010000-\U0010ffff]")
_FOLDED_ONE: Final = re.compile(f"[{''.join(_FOLDED)}]")


class _Signs(NamedTuple):
    """Patterns that take a look at all of Unicode to make.

    Words, where marks are among the letters; runs of an unspaced script, or such words; whatever
    may be a mark; and those that go when a word is folded. Of the last, those beyond the first
    plane stand apart: together the class would be tried range by range.
    """

    words: re.Pattern[str]
    runs: re.Pattern[str]
    near_marks: re.Pattern[str]
    dropped: re.Pattern[str]
    dropped_beyond: re.Pattern[str]


@lru_cache(maxsize=1)
def _signs() -> _Signs:
    """Made when the first text comes that needs them. A mark is part of its word."""
    every = [chr(n) for n in range(sys.maxunicode + 1)]
    marks = [c for c in every if unicodedata.category(c)[0] == "M"]
    dropped = [c for c in every if unicodedata.combining(c) in _DROPPED]
    word = f"(?:[^\\W_]|[{_as_ranges(marks)}])"
    return _Signs(
        re.compile(f"{word}+"),
        re.compile(f"([{_UNSPACED}]+)|(?:(?![{_UNSPACED}]){word})+"),
        re.compile(f"[{_as_ranges(marks, gap=1_024)}]"),
        re.compile(f"[{_as_ranges([c for c in dropped if c < _BEYOND_ALL])}]+"),
        re.compile(f"[{_as_ranges([c for c in dropped if c >= _BEYOND_ALL])}]+"),
    )


def _as_ranges(signs: Sequence[str], gap: int = 1) -> str:
    """Sorted characters as ranges of a character class; ranges at most so far apart are one."""
    ranges: list[list[str]] = []
    for sign in signs:
        if ranges and ord(sign) - ord(ranges[-1][1]) <= gap:
            ranges[-1][1] = sign
        else:
            ranges.append([sign, sign])
    return "".join(f"{first}-{last}" for first, last in ranges)


_ASCII_WORDS: Final = re.compile(r"[a-z0-9]+")
_UNMARKED_WORDS: Final = re.compile(r"[^\W_]+")
_UNSPACED_ONE: Final = re.compile(f"[{_UNSPACED}]")


class Word(NamedTuple):
    """A folded word and its place among the words of its text."""

    text: str
    place: int
    is_unspaced: bool = False


def fold(text: str) -> str:
    """The text without case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    kept = _signs().dropped.sub("", apart)
    if _BEYOND.search(kept):
        kept = _signs().dropped_beyond.sub("", kept)
    return _FOLDED_ONE.sub(lambda sign: _FOLDED[sign[0]], unicodedata.normalize("NFC", kept))


def words_of(text: str, most: int = sys.maxsize) -> Iterator[Word]:
    """The words of a text in their order, at most so many."""
    for place, word in enumerate(folded_words(text, most)):
        yield Word(word, place, is_unspaced(word))


def folded_words(text: str, most: int = sys.maxsize) -> list[str]:
    """The same without their places: each stands behind the one before.

    Most of what is read for search is this, so text without marks or unspaced scripts, nearly all
    there is, is cut by a pattern that need not ask of each sign which it is.
    """
    if text.isascii():
        found = _ASCII_WORDS.findall(text.lower())
    else:
        folded, signs = fold(_WRAPPED.sub("", text)), _signs()
        if _UNSPACED_ONE.search(folded):
            return list(islice(_words_among_runs(folded), most))
        words = signs.words if signs.near_marks.search(folded) else _UNMARKED_WORDS
        found = words.findall(folded)
    return [word[:LONGEST_WORD] for word in found[:most]]


def _words_among_runs(folded: str) -> Iterator[str]:
    for run in _signs().runs.finditer(folded):
        if run[1] is None:
            yield run[0][:LONGEST_WORD]
        else:
            yield from (run[0][n : n + 2] for n in range(len(run[0])))


def is_unspaced(text: str) -> bool:
    """Whether a word is of a script that is written without spaces."""
    return _UNSPACED_ONE.match(text) is not None


class Piece(NamedTuple):
    """A folded word and where it stands in the text that was written."""

    text: str
    start: int
    end: int


def pieces_of(text: str) -> Iterator[Piece]:
    """The words of a text where they stand; of an unspaced run every character."""
    for run in _signs().runs.finditer(text):
        if run[1] is None:
            yield Piece(fold(run[0])[:LONGEST_WORD], run.start(), run.end())
        else:
            for start, sign in enumerate(run[1], run.start()):
                yield Piece(fold(sign), start, start + 1)
