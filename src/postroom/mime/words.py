"""Text to the words by which it is found, in any script, with their places.

A word is folded: case, accents and compatibility forms are gone, so that *Müller*, *MULLER* and
*müller* are one. Scripts that write without spaces have no words to cut at: there every character
begins a word of two, and the last one of a run stands alone: any stretch of text is a phrase.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
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
_FOLDED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


def _ranges_of_marks() -> str:
    """Combining marks as ranges of a character class: they are part of their word."""
    marks = [n for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n))[0] == "M"]
    ranges: list[list[int]] = []
    for mark in marks:
        if ranges and ranges[-1][1] == mark - 1:
            ranges[-1][1] = mark
        else:
            ranges.append([mark, mark])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


@lru_cache(maxsize=1)
def _runs() -> re.Pattern[str]:
    """Runs of an unspaced script, or words of the others; made when the first text comes."""
    marks = _ranges_of_marks()
    return re.compile(f"([{_UNSPACED}]+)|(?:(?![{_UNSPACED}])(?:[^\\W_]|[{marks}]))+")


_ASCII_WORDS: Final = re.compile(r"[a-z0-9]+")
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
    kept = "".join(c for c in apart if unicodedata.combining(c) not in _DROPPED)
    return unicodedata.normalize("NFC", kept).translate(_FOLDED)


def words_of(text: str, most: int = sys.maxsize) -> Iterator[Word]:
    """The words of a text in their order, at most so many."""
    if text.isascii():
        for place, found in enumerate(_ASCII_WORDS.findall(text.lower())):
            if place >= most:
                return
            yield Word(found[:LONGEST_WORD], place)
        return
    place = 0
    for run in _runs().finditer(fold(_WRAPPED.sub("", text))):
        if run[1] is None:
            words = [Word(run[0][:LONGEST_WORD], place)]
        else:
            words = [Word(run[0][n : n + 2], place + n, True) for n in range(len(run[0]))]
        for word in words:
            if word.place >= most:
                return
            yield word
        place += len(words)


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
    for run in _runs().finditer(text):
        if run[1] is None:
            yield Piece(fold(run[0])[:LONGEST_WORD], run.start(), run.end())
        else:
            for start, sign in enumerate(run[1], run.start()):
                yield Piece(fold(sign), start, start + 1)
