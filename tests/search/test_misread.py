"""What is typed and not understood is told; what is understood, and what is in quotes, is not."""

import pytest
from hypothesis import given

from postroom.archive.search_misread import ELSEWHERE, WHAT_WORKS, misread
from postroom.archive.search_query import LONGEST, MOST_TERMS, Kind, parse_query
from postroom.archive.search_terms import MOST_WORDS
from search.test_queries import TYPED

TOLD: dict[str, list[tuple[str, str]]] = {
    "before:notadate": [("“before:notadate”", "before:2026-03-01")],
    "on:2026-02-30 offer": [("“on:2026-02-30”", "on:2026-03")],
    "-after:yesterday ": [("“-after:yesterday”", "after:2026")],
    "has:nonsense": [("“has:nonsense”", "has:attachment")],
    'is:"very blue"': [('“is:"very blue"”', "is:unread, is:read, is:flagged")],
    "from:": [("“from:” was left out", "from:lena")],
    "from: lena": [("“from:” was left out", "right behind it")],
    '-TO:""': [("“to:” was left out", "to:sales")],
    "label: shared-by: in:": [
        ("“label:” was left out", "label:fair"),
        ("“shared-by:” was left out", "shared-by:bob"),
        ("“in:” was left out", "in:archive"),
    ],
    "cc:bob": [("“cc:bob”", "use to:")],
    "Folder:x -tag:y": [("“Folder:x”", "use in:"), ("“-tag:y”", "use label:")],
    "has:x has:x": [("“has:x”", "has:attachment")],
}
QUIET = (
    "", "offer", "from:lena to:bob", "before:2026 after:2026-03 on:2026-03-01", "has:file is:READ",
    '"before:notadate"', '"from:"', '"cc:bob"', "http://x.example", "file://x", "12:30",
    "Re: offer", "unknown:thing", "a OR b", "from：李",
)  # fmt: skip


@pytest.mark.parametrize("typed", TOLD)
def test_it_is_told_what_was_not_understood_and_what_would_be(typed: str) -> None:
    told = misread(typed)
    assert len(told) == len(TOLD[typed])
    for sentence, (what, instead) in zip(told, TOLD[typed], strict=True):
        assert what in sentence
        assert instead in sentence


@pytest.mark.parametrize("typed", QUIET)
def test_nothing_is_told_where_all_is_understood(typed: str) -> None:
    assert misread(typed) == []


def test_every_operator_has_its_sentence_and_no_foreign_one_hides_it() -> None:
    kinds = {kind for kind in Kind if kind}
    assert set(WHAT_WORKS) == kinds
    assert not {kind.value for kind in kinds} & set(ELSEWHERE)
    for kind in kinds:
        assert len(misread(f"{kind}:")) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (" ".join(f"w{n}" for n in range(MOST_TERMS)), ""),
        (" ".join(f"w{n}" for n in range(MOST_TERMS + 2)), f"“w{MOST_TERMS}” and what follows"),
        (" OR ".join(f"w{n}" for n in range(MOST_TERMS + 1)), f"“w{MOST_TERMS}” and what follows"),
        (f'"{" ".join("w" * (MOST_WORDS + 1))}"', f"only the first {MOST_WORDS} words"),
        ("字" * 60, f"only the first {MOST_WORDS} words"),
        ("w " * 3 + "w" * LONGEST, f"{LONGEST} characters at most"),
    ],
)
def test_what_is_too_much_is_told(typed: str, told: str) -> None:
    sentences = misread(typed)
    assert len(sentences) == bool(told)
    assert told in "".join(sentences)
    assert len(parse_query(typed).terms) <= MOST_TERMS


@given(TYPED)
def test_whatever_is_typed_every_term_means_what_it_looks_like_or_is_told(typed: str) -> None:
    if not misread(typed):
        names = tuple(f"{kind}:" for kind in Kind if kind)
        for term in parse_query(typed).terms:
            is_plain = term.kind == Kind.ANY and not term.is_phrase
            assert not (is_plain and term.text.lower().startswith(names))
