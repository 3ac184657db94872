"""Text to the words by which it is found, in any script, with their places.

A word is folded: case, accents and compatibility forms are gone, so that *Müller*, *MULLER* and
*müller* are one. Scripts that write without spaces have no words to cut at: there every character
begins a word of two, and the last one of a run stands alone: any stretch of text is a phrase.
"""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
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
_UNSPACED_BLOCKS: Final = tuple(zip(_UNSPACED[::3], _UNSPACED[2::3], strict=True))
# Of these, the ones in which a line may end anywhere; mail is wrapped there.
_WRAPPED: Final = (
    "(?<=[\u0e00-\u0eff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff])\r?\n"
    "(?=[\u0e00-\u0eff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff])"
)
# What goes when a word is folded: accents, and the vowel points of Hebrew and Arabic, by their
# combining class. Those of Indic scripts and the voicing marks of Kana tell words apart.
_DROPPED: Final = frozenset({1, 202, 216, 220, 230, 240, *range(10, 36)})
_FOLDED: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"
}  # fmt: skip
_FOLDED_ONE: Final = re.compile(f"[{''.join(_FOLDED)}]")


class _Unspaced(NamedTuple):
    """Patterns with classes of tens of thousands of signs: slow to make, and most mail needs none.

    A sign of an unspaced script; a line end between two of them; and, where all that is in no word
    is a space, a run of them or a word.
    """

    one: re.Pattern[str]
    wrapped: re.Pattern[str]
    runs: re.Pattern[str]


@lru_cache(maxsize=1)
def _unspaced() -> _Unspaced:
    """Made when the first text comes that is neither ASCII nor western."""
    return _Unspaced(
        re.compile(f"[{_UNSPACED}]"),
        re.compile(_WRAPPED),
        re.compile(f"([{_UNSPACED}]+)|[^ {_UNSPACED}]+"),
    )


# Of ASCII what is no letter or digit becomes a space; the octets of all other signs stay.
_LOWERED: Final = bytes(
    ord(chr(n).lower()) if n < 128 and chr(n).isalnum() else n if n > 127 else 32
    for n in range(256)
)
# What goes on from a sign beyond ASCII: nothing in it is folded together with what is outside.
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f][0-9A-Za-z\x80-\U0010ffff]*")
_REMEMBERED: Final = 32  # Characters; more is seldom written twice.
_MOST_SIGNS: Final = 16_384


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
    kept = unicodedata.normalize("NFC", apart.translate(_ACCENTS_DROPPED))
    return _FOLDED_ONE.sub(lambda sign: _FOLDED[sign[0]], kept)


class _Signs(dict[int, str]):
    """What becomes of each sign, for `str.translate`: of those that came, and not too many.

    To ask of all of Unicode, as a pattern of accents would, takes a third of a second.
    """

    def __init__(self, becomes: Callable[[str], str]) -> None:
        self._becomes = becomes

    def __missing__(self, number: int) -> str:
        if len(self) >= _MOST_SIGNS:
            self.clear()
        found = self[number] = self._becomes(chr(number))
        return found


def _without_accent(sign: str) -> str:
    return "" if unicodedata.combining(sign) in _DROPPED else sign


def _or_space(sign: str) -> str:
    """The sign, if it is in a word. A mark is part of its word."""
    is_in_word = sign.isalnum() or unicodedata.category(sign)[0] == "M"
    is_unspaced = any(first <= sign <= last for first, last in _UNSPACED_BLOCKS)
    return sign if is_in_word or is_unspaced else " "


_ACCENTS_DROPPED: Final = _Signs(_without_accent)
_WORDS_KEPT: Final = _Signs(_or_space)


def words_of(text: str, most: int = sys.maxsize) -> Iterator[Word]:
    """The words of a text in their order, at most so many."""
    for place, word in enumerate(folded_words(text, most)):
        yield Word(word, place, is_unspaced(word))


def folded_words(text: str, most: int = sys.maxsize) -> list[str]:
    """The same without their places: each stands behind the one before.

    Most of what is read for search is this, and most of a text is ASCII, in which a table cuts.
    """
    spaced = None if text.isascii() else _spaced_western(text)
    if spaced is None:
        spaced = None if _holds_unspaced(text) else _spaced(text)
        # Of signs that are written another way, as half-width kana, only the folded text tells.
        if spaced is None or _holds_unspaced(spaced):
            return list(islice(_words_among_runs(fold(_unspaced().wrapped.sub("", text))), most))
    found = spaced.split()[:most]
    if found and max(map(len, found)) > LONGEST_WORD:
        return [word[:LONGEST_WORD] for word in found]
    return found


class _Western(NamedTuple):
    """A charset of octets: what each becomes by itself, and signs that become several or others."""

    charset: str
    octets: bytes
    others: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def _western() -> tuple[_Western, ...]:
    """ISO 8859-1, and Windows-1252 for its quotes and dashes: most of what is not ASCII.

    No sign of theirs is unspaced or joins the one before it, so each is folded by itself.
    """
    return _western_of("latin-1"), _western_of("cp1252")


def _western_of(charset: str) -> _Western:
    octets, others = bytearray(_LOWERED), []
    for n in range(128, 256):
        sign = bytes((n,)).decode(charset, "replace")
        folded = _folded_run(sign)
        if len(folded) == 1 and folded.isascii():
            octets[n] = ord(folded)
        elif folded != sign:
            others.append((sign, folded))
    return _Western(charset, bytes(octets), tuple(others))


def _spaced_western(text: str) -> str | None:
    """The folded text with spaces in place of all that is in no word; None if it is no such."""
    for charset, octets, others in _western():
        try:
            spaced = text.encode(charset).translate(octets).decode(charset)
        except UnicodeEncodeError:
            continue
        if not spaced.isascii():
            for sign, folded in others:
                spaced = spaced.replace(sign, folded)
        return spaced
    return None


def _holds_unspaced(text: str) -> bool:
    return not text.isascii() and _unspaced().one.search(text) is not None


def _spaced(text: str) -> str:
    """The folded text with spaces in place of all that is in no word."""
    if not text.isascii():
        text = _BEYOND_ASCII.sub(_without_signs, text)
    return text.encode().translate(_LOWERED).decode()


def _without_signs(run: re.Match[str]) -> str:
    written = run[0]
    return _folded_often(written) if len(written) <= _REMEMBERED else _folded_run(written)


def _folded_run(written: str) -> str:
    return fold(written).translate(_WORDS_KEPT)


# Of one text it is the same few words again and again: a table of them is most of the speed.
_folded_often = lru_cache(maxsize=8_192)(_folded_run)


def _words_among_runs(folded: str) -> Iterator[str]:
    for run in _runs_in(folded):
        if run[1] is None:
            yield run[0][:LONGEST_WORD]
        else:
            yield from (run[0][n : n + 2] for n in range(len(run[0])))


def _runs_in(text: str) -> Iterator[re.Match[str]]:
    """The words of a text where they stand, and its unspaced runs; of these there is a group 1."""
    return _unspaced().runs.finditer(text.translate(_WORDS_KEPT))


def is_unspaced(text: str) -> bool:
    """Whether a word is of a script that is written without spaces."""
    return not text.isascii() and _unspaced().one.match(text) is not None


class Piece(NamedTuple):
    """A folded word and where it stands in the text that was written."""

    text: str
    start: int
    end: int


def pieces_of(text: str) -> Iterator[Piece]:
    """The words of a text where they stand; of an unspaced run every character."""
    for run in _runs_in(text):
        if run[1] is None:
            yield Piece(fold(run[0])[:LONGEST_WORD], run.start(), run.end())
        else:
            for start, sign in enumerate(run[1], run.start()):
                yield Piece(fold(sign), start, start + 1)
