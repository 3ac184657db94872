"""Text to words, in any script: a table, and properties that hold of every text."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.archive.search_entry import MOST_OCTETS, Source, vectors_of
from postroom.mime.words import (
    _DROPPED,
    _FOLDED,
    _MOST_SIGNS,
    _WORDS_KEPT,
    LONGEST_WORD,
    _runs_in,
    _unspaced,
    fold,
    folded_words,
    words_of,
)

WORDS = {
    "Müller MÜLLER Mu\u0308ller": ["muller"] * 3,
    "Straße, Øre, Łódź, œuvre, İstanbul": ["strasse", "ore", "lodz", "oeuvre", "istanbul"],
    "Đặng Thị Hà": ["dang", "thi", "ha"],
    "ΑΘΗΝΑ Αθήνα": ["αθηνα", "αθηνα"],
    "Ёлка ёлка": ["елка", "елка"],
    "ﬁne Ｆｕｌｌ": ["fine", "full"],
    "Offer_2026-final.PDF": ["offer", "2026", "final", "pdf"],
    "lena.lead+x@mail.example": ["lena", "lead", "x", "mail", "example"],
    "日本語": ["日本", "本語", "語"],
    "日本\n語": ["日本", "本語", "語"],
    "Python3日本": ["python3", "日本", "本"],
    "ｶﾞｲﾄﾞ": ["ガイ", "イド", "ド"],
    "서울에": ["서울", "울에", "에"],
    "हिन्दी में": ["हिन्दी", "में"],
    "مُحَمَّد שָׁלוֹם": ["محمد", "שלום"],
    "a\0b\ud800c": ["a", "b", "c"],
    "😀 …": [],
}


@pytest.mark.parametrize("text", WORDS)
def test_a_text_is_cut_into_words(text: str) -> None:
    assert [word.text for word in words_of(text)] == WORDS[text]


@given(st.text(max_size=80))
def test_folding_twice_is_folding_once_and_words_are_made_of_letters(text: str) -> None:
    words = list(words_of(text))
    assert [word.place for word in words] == list(range(len(words)))
    for word in words:
        assert 0 < len(word.text) <= LONGEST_WORD
        assert not set(word.text) & set("'\\ <>=/@#&|!:*()\0")
        assert fold(word.text) == word.text


@given(st.text(alphabet="日本語東京のテスト", min_size=2, max_size=30), st.data())
def test_any_stretch_of_an_unspaced_text_is_a_phrase_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    pairs = [word.text for word in words_of(text)]
    wanted = [word.text for word in words_of(text[start:end])][:-1]
    assert any(pairs[n : n + len(wanted)] == wanted for n in range(len(pairs)))


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "é" + "x" * 1_000_000,
        "日" * 300_000,
        "".join(map(chr, range(0x4E00, 0x9FFF))) * 5,
        "\u0301" * 300_000,
        " ".join(f"{n}\U0001043c{'𐐼' * 60}" for n in range(20_000)),
        "\0" * 300_000,
    ],
    ids=["a word of a megabyte", "not ascii", "one sign", "all signs", "marks", "astral", "NUL"],
)
def test_hostile_text_is_bounded(text: str) -> None:
    raw = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()
    begun = time.process_time()
    vectors = vectors_of(Source(1, 20_000, [(1, text[:500], text[:300])], text[:2_000], raw))
    assert time.process_time() - begun < 2
    assert len(vectors.everything) < 2 * MOST_OCTETS
    assert "\0" not in vectors.text


def test_of_all_the_signs_that_come_few_are_remembered() -> None:
    text = "".join(map(chr, range(0x4E00, 0x9FFF)))
    assert len(folded_words(text)) == len(text)
    assert 0 < len(_WORDS_KEPT) <= _MOST_SIGNS


SIGNS = "abc ÄéßŁø中文ไทย\u0301\u0327\U000e0101\U0001d165אָ हिन्दी\n\r_-’“カﾞㇰİ ǅ😀"


WESTERN = st.text(st.characters(codec="latin-1")) | st.text(st.characters(codec="cp1252"))


@given(st.text(alphabet=SIGNS, max_size=60) | WESTERN, st.integers(1, 20))
def test_the_quick_way_finds_the_words_of_the_careful_one(text: str, most: int) -> None:
    """A pattern without marks and scripts cuts what has none of them; else all is asked."""
    careful = []
    for run in _runs_in(carefully_folded(_unspaced().wrapped.sub("", text))):
        pairs = [run[0][n : n + 2] for n in range(len(run[0]))]
        careful += [run[0][:LONGEST_WORD]] if run[1] is None else pairs
    assert folded_words(text, most) == careful[:most]


def carefully_folded(text: str) -> str:
    """Sign by sign."""
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(c for c in apart if unicodedata.combining(c) not in _DROPPED)
    return unicodedata.normalize("NFC", kept).translate(str.maketrans(_FOLDED))
