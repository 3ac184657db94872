"""What somebody typed into the search box, as a value. Never raises; knows no database.

Words, "phrases", `from:` and the other operators, `-` for not, `OR` between two; everything else
must all be there. An operator that does not exist is a plain word. The last word may be unfinished.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

LONGEST: Final = 500
TYPED: Final = LONGEST + 1  # Of what is typed a page keeps so much, to tell that there was more.
MOST_TERMS: Final = 40


class Kind(StrEnum):
    """What a term looks at; the values are the operators."""

    ANY = ""
    FROM = "from"
    TO = "to"
    SUBJECT = "subject"
    FILENAME = "filename"
    PERSON = "person"
    SHARED_BY = "shared-by"
    IN = "in"
    LABEL = "label"
    HAS = "has"
    IS = "is"
    BEFORE = "before"
    AFTER = "after"
    ON = "on"


WORDS: Final = frozenset({Kind.ANY, Kind.FROM, Kind.TO, Kind.SUBJECT, Kind.FILENAME})
DATES: Final = frozenset({Kind.BEFORE, Kind.AFTER, Kind.ON})
VALUES: Final = {
    Kind.HAS: {"attachment": "attachment", "attachments": "attachment", "file": "attachment"},
    Kind.IS: {
        "unread": "unread",
        "read": "read",
        "flagged": "flagged",
        "starred": "flagged",
        "answered": "answered",
        "sent": "sent",
        "received": "received",
        "note": "note",
        "task": "task",
    },
}

_OPERATORS: Final = "|".join(kind.value for kind in Kind if kind)
_TERM: Final = re.compile(
    rf'(?P<not>-)?(?:(?P<operator>{_OPERATORS}):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]*))',
    re.IGNORECASE,
)
_QUOTES: Final = str.maketrans(
    dict.fromkeys("“”„‟«»＂", '"') | {"\0": " ", "：": ":", "\u3000": " "}
)
_DATE: Final = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9990


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `is_prefix`: the last word of its text may go on."""

    kind: Kind
    text: str
    is_negated: bool = False
    is_phrase: bool = False
    is_prefix: bool = False

    def __str__(self) -> str:
        operator = f"{self.kind}:" if self.kind else ""
        is_quoted = self.is_phrase or re.search(r"\s", self.text)
        text = f'"{self.text}"' if is_quoted else self.text
        return f"{'-' * self.is_negated}{operator}{text}{'*' * self.is_prefix}"

    @property
    def period(self) -> tuple[date, date]:
        """The first day that a date means, and the day after its last."""
        year, month, day = [*map(int, self.text.split("-")), 0, 0][:3]
        first = date(year, month or 1, day or 1)
        if day:
            return first, first + timedelta(1)
        if month:
            return first, date(year + month // 12, month % 12 + 1, 1)
        return first, date(year + 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Query:
    """All of the groups must hold; of a group, one of its terms."""

    groups: tuple[tuple[Term, ...], ...] = ()

    def __str__(self) -> str:
        said = " ".join(" OR ".join(map(str, group)) for group in self.groups)
        is_finished = self.groups and may_go_on(self.groups[-1][-1])
        # Without a space after it the last word would be an unfinished one.
        return said + " " if is_finished else said

    @property
    def terms(self) -> tuple[Term, ...]:
        """All of them, in order."""
        return tuple(term for group in self.groups for term in group)


def parse_query(text: str) -> Query:
    """Read what was typed."""
    groups: list[list[Term]] = []
    joins = is_open = False
    for found in typed_terms(text):
        if found["word"] == found[0] == "OR":
            joins = bool(groups)
            continue
        term = term_of(found)
        if term is None or sum(map(len, groups)) >= MOST_TERMS:
            continue
        if joins:
            groups[-1].append(term)
        else:
            groups.append([term])
        joins, is_open = False, found.end() == len(found.string)
    if groups and is_open and may_go_on(groups[-1][-1]):
        groups[-1][-1] = replace(groups[-1][-1], is_prefix=True)
    return Query(tuple(map(tuple, groups)))


def typed_terms(text: str) -> Iterator[re.Match[str]]:
    """Each stretch of what was typed that may be a term, as it stands there."""
    return _TERM.finditer(text[:LONGEST].encode("utf-8", "ignore").decode().translate(_QUOTES))


def term_of(found: re.Match[str]) -> Term | None:
    """One term; None where there is nothing to look for."""
    is_phrase = found["phrase"] is not None
    text = " ".join((found["phrase"] or found["word"] or "").split())
    if not text:
        return None
    kind = Kind((found["operator"] or "").lower())
    is_negated = found["not"] is not None
    if kind not in WORDS:
        value = value_of(kind, text)
        if value is not None:
            return Term(kind, value, is_negated)
        kind, text = Kind.ANY, text if is_phrase else f"{found['operator']}:{text}"
    if is_phrase:
        return Term(kind, text, is_negated, is_phrase=True)
    bare = text.rstrip("*")
    return Term(kind, bare, is_negated, is_prefix=bare != text) if bare else None


def value_of(kind: Kind, text: str) -> str | None:
    """The value of an operator that takes only some; None if it is none of them."""
    if kind in DATES:
        return date_of(text)
    if kind in VALUES:
        return VALUES[kind].get(text.lower())
    return text


def date_of(text: str) -> str | None:
    """A day, month or year as ISO 8601 writes it."""
    found = _DATE.fullmatch(text)
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return None
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None
    return "-".join(
        [f"{int(found[1]):04}", *(f"{int(part):02}" for part in found.groups()[1:] if part)]
    )


def may_go_on(term: Term) -> bool:
    """Whether the term ends in a word that somebody may still be typing."""
    return term.kind in WORDS and not term.is_phrase and not term.is_negated and not term.is_prefix
