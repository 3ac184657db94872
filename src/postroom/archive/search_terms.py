"""Terms of a query as PostgreSQL's conditions on vectors. Only ever sent as a parameter."""

from collections.abc import Iterable
from typing import Final

from postroom.archive.search_entry import FILE_MARK, FROM_MARK, SUBJECT_MARK, TO_MARK
from postroom.archive.search_query import Kind, Term
from postroom.mime.words import Word, words_of

SHORTEST_PREFIX: Final = 3  # Shorter ones are the beginning of a good part of all words.
MOST_WORDS: Final = 24
MARKS: Final = {
    Kind.ANY: "",
    Kind.FROM: FROM_MARK,
    Kind.TO: TO_MARK,
    Kind.SUBJECT: SUBJECT_MARK,
    Kind.FILENAME: FILE_MARK,
}


def condition_of(term: Term) -> str:
    """One term's words, one behind the other; empty when it has none."""
    words = list(words_of(term.text, MOST_WORDS))
    if not words:
        return ""
    may_go_on = term.is_prefix and len(words[-1].text) >= SHORTEST_PREFIX
    if is_tail(words):
        words.pop()
        may_go_on = False
    elif words[-1].is_unspaced:
        may_go_on = len(words[-1].text) == 1
    mark = MARKS[term.kind]
    said = [f"'{mark}{word.text}'" for word in words]
    return " <-> ".join(said) + (":*" if may_go_on else "")


def is_tail(words: list[Word]) -> bool:
    """Whether the last word only ends a run of an unspaced script; in a mail the run may go on."""
    if len(words) < 2 or not words[-1].is_unspaced or len(words[-1].text) > 1:
        return False
    before = words[-2]
    return before.is_unspaced and len(before.text) == 2 and before.text[1] == words[-1].text


def negated(condition: str) -> str:
    """The opposite."""
    return f"!({condition})"


def all_of(conditions: Iterable[str]) -> str:
    """All of them."""
    return " & ".join(f"({condition})" for condition in conditions)


def one_of(conditions: list[str]) -> str:
    """Any of them."""
    return " | ".join(f"({condition})" for condition in conditions)
