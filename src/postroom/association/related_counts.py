"""How many emails the filters beside a list would leave, as far as it is cheap to tell."""

from collections.abc import Iterable
from dataclasses import dataclass

from postroom.archive.models import Direction
from postroom.association.glimpses import Glimpse
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.related import Choice, asked_for
from postroom.association.whose import Whose
from postroom.team.models import User

MOST_COUNTED = 1_000  # Copies: after so many, the figures are lower bounds.


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the newest thousand copies or so; not `is_whole` when there are others, uncounted."""

    emails: int
    unread: int
    with_attachments: int
    sent: int
    received: int
    is_whole: bool

    @property
    def more(self) -> str:
        """What stands behind each figure when it is a lower bound."""
        return "" if self.is_whole else "+"


def count_related(
    whose: Whose, viewer: User, choice: Choice, reach: InReach | None = None
) -> Counts:
    """The figures for what is asked for; each email counts once, as its row would show it."""
    if not viewer.is_active:
        return counts_of((), is_whole=True)
    reach = reach or accounts_in_reach(viewer)
    found: list[Glimpse] = []
    beyond = None
    for some, end in asked_for(whose, viewer, choice, reach, None, most=MOST_COUNTED):
        found += (copies[0] for copies in some)
        beyond = end
    return counts_of(found, is_whole=beyond is None)


def counts_of(emails: Iterable[Glimpse], *, is_whole: bool) -> Counts:
    """The figures of some emails."""
    emails = list(emails)
    return Counts(
        emails=len(emails),
        unread=sum(not email.is_read for email in emails),
        with_attachments=sum(email.has_attachments for email in emails),
        sent=sum(email.direction == Direction.SENT for email in emails),
        received=sum(email.direction == Direction.RECEIVED for email in emails),
        is_whole=is_whole,
    )
