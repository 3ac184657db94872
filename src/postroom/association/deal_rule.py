"""To which deal an email belongs, as a pure function: the rule of ADR 38.

The database has the same rule as `deal_of` (archive migration 0004), by which lists are made; a
test compares the two. Reference: Email Association With Deal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Why(Enum):
    """By what an email came to its deal, or to none."""

    LINKED = "linked"
    TAKEN_OUT = "taken out"
    CONVERSATION = "conversation"
    ONLY_ONE = "only one"
    CHANGED_LAST = "changed last"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A deal with somebody on an email."""

    deal: int
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None = None
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One email of a conversation, with the deals of the people on it."""

    pk: int
    sent_at: datetime
    candidates: Sequence[Candidate] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A deal, or none, and why."""

    deal: int | None
    why: Why


def chosen_for(pk: int, conversation: Sequence[Letter]) -> Choice:
    """The deal of an email of this conversation: that of the first letter which has one."""
    for letter in sorted(conversation, key=lambda letter: (letter.sent_at, letter.pk)):
        choice = chosen_by(letter)
        if choice.deal is not None:
            return choice if letter.pk == pk else Choice(choice.deal, Why.CONVERSATION)
    return Choice(None, Why.NONE)


def chosen_by(letter: Letter) -> Choice:
    """The deal that its people alone give an email.

    A deal that was closed by then is over. One open at the time goes before one that was opened
    later, to which mail leads up; of several, those not lost go before those that are.
    """
    living = [c for c in letter.candidates if c.closed_at is None or c.closed_at > letter.sent_at]
    open_then = [c for c in living if c.opened_at <= letter.sent_at] or living
    if not open_then:
        return Choice(None, Why.NONE)
    best = max(open_then, key=lambda c: (not c.is_lost, c.changed_at, c.deal))
    return Choice(best.deal, Why.ONLY_ONE if len(open_then) == 1 else Why.CHANGED_LAST)
