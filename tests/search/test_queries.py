"""What is typed into the search box, as a value: a table, and whatever else anybody may type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.archive.search_query import MOST_TERMS, Kind, Query, Term, parse_query
from postroom.archive.search_terms import condition_of

K = Kind


def term(text: str, kind: Kind = K.ANY, **how: bool) -> Term:
    return Term(kind, text, **how)


def word(text: str, kind: Kind = K.ANY, **how: bool) -> Term:
    """The last word of what is typed."""
    return Term(kind, text, is_prefix=True, **how)


# What is typed: groups of which each must hold, or terms where each is a group of its own.
CASES: dict[str, list[Term | tuple[Term, ...]]] = {
    "": [],
    "   ": [],
    "-": [],
    '""': [],
    "OR": [],
    "OR OR": [],
    "from:": [],
    "-from:": [],
    'from:""': [],
    "\0": [],
    "\ud800": [],
    "*": [],
    "offer": [word("offer")],
    "offer ": [term("offer")],
    "offer* ": [word("offer")],
    "offer* x ": [word("offer"), term("x")],
    "Offer": [word("Offer")],
    "two words": [term("two"), word("words")],
    " two\t words\n": [term("two"), term("words")],
    '"two words"': [term("two words", is_phrase=True)],
    '"two words': [term("two words", is_phrase=True)],
    '"two   words" x': [term("two words", is_phrase=True), word("x")],
    "“two words”": [term("two words", is_phrase=True)],
    "„zwei Worte“": [term("zwei Worte", is_phrase=True)],
    "«deux mots»": [term("deux mots", is_phrase=True)],
    'a"b c"d': [term("a"), term("b c", is_phrase=True), word("d")],
    "-not": [term("not", is_negated=True)],
    "yes -not": [term("yes"), term("not", is_negated=True)],
    '-"not this"': [term("not this", is_negated=True, is_phrase=True)],
    "--x": [term("-x", is_negated=True)],
    "well-known": [word("well-known")],
    "a OR b": [(term("a"), word("b"))],
    "a or b": [term("a"), term("or"), word("b")],
    "a OR b OR c ": [(term("a"), term("b"), term("c"))],
    "a OR b c": [(term("a"), term("b")), word("c")],
    "a b OR c": [term("a"), (term("b"), word("c"))],
    "OR a": [word("a")],
    "a OR": [term("a")],
    "a OR ": [term("a")],
    "a OR OR b": [(term("a"), word("b"))],
    "a OR -b": [(term("a"), term("b", is_negated=True))],
    '"OR" b': [term("OR", is_phrase=True), word("b")],
    "from:lena": [word("lena", K.FROM)],
    "FROM:lena ": [term("lena", K.FROM)],
    "from:lena@x.example ": [term("lena@x.example", K.FROM)],
    'from:"Lena Lead"': [term("Lena Lead", K.FROM, is_phrase=True)],
    "from:len*": [word("len", K.FROM)],
    "-from:lena": [term("lena", K.FROM, is_negated=True)],
    "from: lena": [word("lena")],
    "from：李": [word("李", K.FROM)],
    "to:bob": [word("bob", K.TO)],
    "to:bob from:lena ": [term("bob", K.TO), term("lena", K.FROM)],
    "subject:offer": [word("offer", K.SUBJECT)],
    'subject:"the offer" x ': [term("the offer", K.SUBJECT, is_phrase=True), term("x")],
    "filename:pdf": [word("pdf", K.FILENAME)],
    "filename:offer.pdf ": [term("offer.pdf", K.FILENAME)],
    "person:lena": [term("lena", K.PERSON)],
    'person:"Lena Lead"': [term("Lena Lead", K.PERSON)],
    "-person:lena": [term("lena", K.PERSON, is_negated=True)],
    "shared-by:bob": [term("bob", K.SHARED_BY)],
    "Shared-By:me": [term("me", K.SHARED_BY)],
    "shared_by:bob ": [term("shared_by:bob")],
    "in:inbox": [term("inbox", K.IN)],
    'in:"Customer X"': [term("Customer X", K.IN)],
    "has:attachment": [term("attachment", K.HAS)],
    "has:Attachments": [term("attachment", K.HAS)],
    "has:file -has:attachment": [
        term("attachment", K.HAS),
        term("attachment", K.HAS, is_negated=True),
    ],
    "has:teeth ": [term("has:teeth")],
    "is:unread": [term("unread", K.IS)],
    "is:READ": [term("read", K.IS)],
    "is:note": [term("note", K.IS)],
    "is:starred is:flagged": [term("flagged", K.IS), term("flagged", K.IS)],
    "-is:unread": [term("unread", K.IS, is_negated=True)],
    "is:sent OR is:answered": [(term("sent", K.IS), term("answered", K.IS))],
    "is:blue": [word("is:blue")],
    'is:"very blue"': [term("very blue", is_phrase=True)],
    "before:2026-03-02": [term("2026-03-02", K.BEFORE)],
    "before:2026/3/2": [term("2026-03-02", K.BEFORE)],
    "after:2026.03": [term("2026-03", K.AFTER)],
    "on:2026": [term("2026", K.ON)],
    "-on:2026": [term("2026", K.ON, is_negated=True)],
    "on:2026-02-30": [word("on:2026-02-30")],
    "on:2026-13 ": [term("on:2026-13")],
    "before:yesterday ": [term("before:yesterday")],
    "before:0001 ": [term("before:0001")],
    "before:9999 ": [term("before:9999")],
    "before:٢٠٢٦ ": [term("2026", K.BEFORE)],
    "http://x.example/ ": [term("http://x.example/")],
    "12:30 ": [term("12:30")],
    "unknown:thing ": [term("unknown:thing")],
    'unknown:"a b"': [term("unknown:"), term("a b", is_phrase=True)],
    "fromage:x ": [term("fromage:x")],
    "日本語": [word("日本語")],
    "日本語\u3000東京 ": [term("日本語"), term("東京")],
    "x' | 'y & !z:* <-> ": [
        term("x'"),
        term("|"),
        term("'y"),
        term("&"),
        term("!z:", is_prefix=True),
        term("<->"),
    ],
}


@pytest.mark.parametrize("typed", CASES)
def test_it_is_read_as_meant(typed: str) -> None:
    groups = tuple(one if isinstance(one, tuple) else (one,) for one in CASES[typed])
    assert parse_query(typed) == Query(groups)


def test_there_are_enough_cases() -> None:
    print(f"{len(CASES)} queries")
    assert len(CASES) >= 80


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([*(f"{kind}:" for kind in Kind if kind), "-", '"', "OR", "*", " ", "2026-03"]),
    st.sampled_from(["attachment", "unread", "lena", "“", "日本語", "หมาย", "é", "'", "\\", "\0"]),
)
TYPED = st.lists(PIECES, max_size=20).map("".join) | st.lists(PIECES, max_size=20).map(" ".join)


@given(TYPED)
def test_whatever_is_typed_is_a_query_that_reads_back_as_itself(typed: str) -> None:
    query = parse_query(typed)
    assert parse_query(str(query)) == query
    assert len(query.terms) <= MOST_TERMS
    for one in query.terms:
        if one.kind in (K.BEFORE, K.AFTER, K.ON):
            first, end = one.period
            assert first < end


@pytest.mark.parametrize(
    ("typed", "condition"),
    [
        ("offer ", "'offer'"),
        ("offer", "'offer':*"),
        ("of", "'of'"),
        ("Größe ", "'grosse'"),
        ('"Two words"', "'two' <-> 'words'"),
        ("lena@x.example ", "'lena' <-> 'x' <-> 'example'"),
        ("from:Lena", "'<lena':*"),
        ("to:bob ", "'>bob'"),
        ("subject:x ", "'=x'"),
        ("filename:offer.pdf ", "'/offer' <-> '/pdf'"),
        ("日", "'日':*"),
        ("日本 ", "'日本'"),
        ("日本語", "'日本' <-> '本語'"),
        ('"日本 語"', "'日本' <-> '本' <-> '語':*"),
        ("python日本", "'python' <-> '日本'"),
        ("'); DROP TABLE x;-- ", "'drop' & no"),
        ("!!! ", ""),
    ],
)
def test_words_become_conditions(typed: str, condition: str) -> None:
    terms = parse_query(typed).terms
    if condition.endswith("no"):
        assert [condition_of(one) for one in terms] == ["", "'drop'", "'table'", "'x'"]
    else:
        assert [condition_of(one) for one in terms] == [condition]
