"""The Emails related list of a person, or of several. Reference: View Emails.

One row for one email however many colleagues have a copy of it. What is asked for is asked of the
copy that the row shows: filtered before it is folded, an email would be *sent* in one list and
*received* in the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Q, QuerySet

from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email, EveryParticipant
from postroom.archive.search_query import Query
from postroom.association.cursors import Cursor
from postroom.association.glimpses import (
    Copies,
    Glimpse,
    RelatedEmail,
    folded,
    glimpses_of,
    rows_of,
)
from postroom.association.people import among
from postroom.association.periods import period_of
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.related_candidates import A_PAGE, Tally, Where, stretches
from postroom.association.search_conditions import Conditions, conditions_of, words_in
from postroom.association.visibility import visible_to
from postroom.association.whose import Whose, addresses_for, gathered_for
from postroom.crm.models import Deal
from postroom.team.models import User

PAGE = A_PAGE
MOST_LOOKED_AT = 800  # Emails for one page; the next goes on from there.


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a list is asked for.

    `shared_by`: one colleague's mailboxes, *All* when None. `query`: words and whatever else can be
    typed into the search box. `besides`: what only the layers above know of emails.
    """

    shared_by: User | None = None
    query: Query = field(default_factory=Query)
    besides: Q = field(default_factory=Q)
    is_oldest_first: bool = False

    def conditions(self, viewer: User) -> Conditions:
        """What must hold of the copy that is shown."""
        asked = conditions_of(self.query, viewer)
        return replace(asked, rest=asked.rest & self.besides)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list; `next` is where it goes on, None at its end.

    `copies`: all copies of the emails on it that the viewer may see; of threads, of the newest.
    """

    rows: list[RelatedEmail]
    next: Cursor | None
    copies: Sequence[int] = ()


def related_emails(
    whose: Whose,
    viewer: User,
    choice: Choice = Choice(),
    *,
    after: Cursor | None = None,
    limit: int = PAGE,
    reach: InReach | None = None,
) -> Listed:
    """One page of their emails as the viewer may see them; it begins beyond the cursor `after`.

    It may be short, or empty, and yet not the last: where little of much is asked for, so much is
    looked at and no more.
    """
    if not viewer.is_active:
        return Listed([], None)
    reach = reach or accounts_in_reach(viewer)
    found: list[Copies] = []
    end = None
    for some, end in asked_for(whose, viewer, choice, reach, after):
        found += some
        if len(found) > limit:
            end = found[limit - 1][0].cursor
            break
    copies = [glimpse.pk for some in found[:limit] for glimpse in some]
    return Listed(rows_of(found[:limit], viewer, reach), end, copies)


def asked_for(
    whose: Whose,
    viewer: User,
    choice: Choice,
    reach: InReach,
    after: Cursor | None,
    *,
    most: int = MOST_LOOKED_AT,
) -> Iterator[tuple[list[Copies], Cursor | None]]:
    """What is asked for, some at a time in the list's order, and where it goes on after them."""
    tally, where = Tally(), where_for(whose, choice, reach, viewer)
    glimpses = glimpses_of(viewer, reach, conditions_at(where, choice, viewer))
    for stretch in stretches(where.beyond(after), tally) if where.is_anywhere else ():
        copies = folded(glimpses.of(stretch.emails), reach, is_oldest_first=choice.is_oldest_first)
        wanted = [some for some in copies if is_wanted(some[0], after, choice)]
        tally.looked_at += stretch.number
        tally.listed += len(wanted)
        yield wanted, stretch.end
        if tally.looked_at >= most:
            return


def conditions_at(where: Where, choice: Choice, viewer: User) -> Conditions:
    """What must hold: words too, of emails that nobody has looked into for them."""
    conditions = choice.conditions(viewer)
    return conditions if where.is_by_words else replace(conditions, is_settled=False)


def is_wanted(best: Glimpse, after: Cursor | None, choice: Choice) -> bool:
    """Whether the row is asked for, and beyond the cursor."""
    is_beyond = after is None or (
        best.cursor > after if choice.is_oldest_first else best.cursor < after
    )
    return best.is_asked_for and is_beyond


def where_for(whose: Whose, choice: Choice, reach: InReach, viewer: User) -> Where:
    """Where the candidates are to be found."""
    accounts = reach.accounts
    gathered = None
    if choice.shared_by or isinstance(whose, Deal):
        seen = visible_to(viewer, reach)
        gathered = gathered_for(whose, seen)
    if choice.shared_by:
        of_them = EmailAccount.objects.filter(owner=choice.shared_by, pk__in=accounts)
        accounts = list(of_them.values_list("pk", flat=True))
        in_them = among(pk for pk, _ in gathered or ())
        own = set(seen.filter(pk__in=in_them, account__in=accounts).values_list("pk", flat=True))
        gathered = None if gathered is None else [row for row in gathered if row[0] in own]
    words = words_in(choice.query, is_positive=True)
    return Where(
        addresses_for(whose),
        accounts,
        *period_of(choice.query),
        words,
        choice.is_oldest_first,
        gathered,
    )


def emails_between(whose: Whose, viewer: User, reach: InReach | None = None) -> QuerySet[Email]:
    """All copies of these people's emails that the viewer may see, in no order."""
    return visible_to(viewer, reach).filter(pk__in=on_emails(whose))


def emails_with(whose: Whose) -> QuerySet[Email]:
    """Every email with one of these people on it, whoever may see it."""
    return Email.objects.filter(pk__in=on_emails(whose))


def on_emails(whose: Whose) -> QuerySet[EveryParticipant, int]:
    """The emails on which an address of theirs stands, as ids."""
    on_them = EveryParticipant.objects.filter(canonical__in=addresses_for(whose))
    return on_them.values_list("email", flat=True)
