"""What of a search was not understood: told to whoever typed it, with what would be.

The search itself goes on: what is no operator is looked for as words (`search_query`). In quotes
everything is words, and nothing of it is misread.
"""

import re
from collections.abc import Iterator
from typing import Final

from postroom.archive.search_query import DATES, VALUES, WORDS, Kind, typed_terms, value_of

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
_WORD: Final = re.compile(r"-?(\w+):(?!//)", re.ASCII)


def misread(text: str) -> list[str]:
    """One sentence for each term that does not mean what it looks like, each once."""
    return list(dict.fromkeys(sentences(text)))


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


def as_words(found: re.Match[str]) -> str:
    """What became of it."""
    return f"“{found[0]}” was searched for as plain words."
