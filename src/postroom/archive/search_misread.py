"""What of a search was not understood, or not looked for: told to who typed it, with what to do.

The search itself goes on: what is no operator is looked for as words (`search_query`), and what is
too much is left out. In quotes everything is words, and nothing of it is misread.
"""

import re
from collections.abc import Iterator
from typing import Final

from postroom.archive.search_query import (
    DATES,
    LONGEST,
    MOST_TERMS,
    VALUES,
    WORDS,
    Kind,
    Term,
    term_of,
    typed_terms,
    value_of,
)
from postroom.archive.search_terms import MOST_WORDS
from postroom.mime.words import words_of

DAYS: Final = "{0}:2026-03-01, {0}:2026-03 or {0}:2026"
WHAT_WORKS: Final = {
    Kind.FROM: "a name or an address right behind it, such as from:lena",
    Kind.TO: "a name or an address right behind it, such as to:sales@example.com",
    Kind.SUBJECT: 'words right behind it, such as subject:"price list"',
    Kind.FILENAME: "words of a name right behind it, such as filename:pdf",
    Kind.PERSON: "a lead or contact right behind it, such as person:lena",
    Kind.SHARED_BY: "a colleague or me right behind it, such as shared-by:bob",
    Kind.IN: "a folder of yours right behind it, such as in:archive",
    Kind.LABEL: "a label right behind it, such as label:fair",
    Kind.HAS: "has:attachment",
    Kind.IS: ", ".join(f"is:{value}" for value in VALUES[Kind.IS]),
    **{kind: DAYS.format(kind.value) for kind in DATES},
}
# How other programs call what is here; who comes from them types it.
ELSEWHERE: Final = {
    "cc": "to:", "bcc": "to:", "recipient": "to:", "sender": "from:", "author": "from:",
    "folder": "in:", "mailbox": "in:", "tag": "label:", "category": "label:", "title": "subject:",
    "attachment": "filename:", "file": "filename:", "since": "after:", "newer": "after:",
    "until": "before:", "older": "before:", "date": "on:", "contact": "person:", "lead": "person:",
    "body": "the words alone", "text": "the words alone",
}  # fmt: skip
SHOWN: Final = 40
TOO_LONG: Final = f"A search has {LONGEST} characters at most; what is behind them was left out."
TOO_MANY: Final = (
    "“{0}” and what follows was left out: {1} words and conditions are the most of one search. Take"
    " out what matters least."
)
TOO_WORDY: Final = (
    "Of “{0}…” only the first {1} words are looked for. Quote a shorter part of it to be sure."
)
_WORD: Final = re.compile(r"-?(\w+):(?!//)", re.ASCII)


def misread(text: str) -> list[str]:
    """One sentence for each term that does not mean what it looks like, each once."""
    return list(dict.fromkeys([*sentences(text), *of_too_much(text)]))


def sentences(text: str) -> Iterator[str]:
    """All of them, in order."""
    for found in typed_terms(text):
        said = " ".join((found["phrase"] or found["word"] or "").split())
        if not found["operator"]:
            yield from of_elsewhere(found)
            continue
        kind = Kind(found["operator"].lower())
        if not said:
            yield f"“{kind}:” was left out. What works: {WHAT_WORKS[kind]}."
        elif kind not in WORDS and value_of(kind, said) is None:
            yield f"{as_words(found)} What works: {WHAT_WORKS[kind]}."


def of_elsewhere(found: re.Match[str]) -> Iterator[str]:
    """An operator of other programs."""
    name = _WORD.match(found[0])
    there = name[1].lower() if name else ""
    if here := ELSEWHERE.get(there):
        yield f"{as_words(found)} There is no {there}: here, use {here}."


def of_too_much(text: str) -> Iterator[str]:
    """What is not looked for, because there is too much."""
    typed = [(found[0], term) for found in typed_terms(text) if (term := term_of(found))]
    terms = [(said, term) for said, term in typed if said != "OR"]
    for said, term in terms[:MOST_TERMS]:
        if is_wordy(term):
            yield TOO_WORDY.format(said[:SHOWN], MOST_WORDS)
    if terms[MOST_TERMS:]:
        yield TOO_MANY.format(terms[MOST_TERMS][0][:SHOWN], MOST_TERMS)
    if len(text) > LONGEST:
        yield TOO_LONG


def is_wordy(term: Term) -> bool:
    """Whether a term has more words than are looked for one behind the other."""
    return term.kind in WORDS and len(list(words_of(term.text, MOST_WORDS + 1))) > MOST_WORDS


def as_words(found: re.Match[str]) -> str:
    """What became of it."""
    return f"“{found[0]}” was searched for as plain words."
