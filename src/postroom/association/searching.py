"""Search: the emails that a viewer may see and that answer a query, newest first.

One row for one email however many colleagues have a copy of it, as in the related list. Every
answer comes out of `visible_to`; the index only proposes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import QuerySet

from postroom.accounts.models import EmailAccount, Sight
from postroom.archive.models import SearchEntry
from postroom.archive.search_query import Kind, Query, Term
from postroom.association import related_candidates
from postroom.association.cursors import MICROSECOND, Cursor
from postroom.association.glimpses import (
    Copies,
    Glimpse,
    RelatedEmail,
    folded,
    glimpses_of,
    rows_of,
)
from postroom.association.people import among
from postroom.association.periods import period_of, single_terms
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.related import PAGE
from postroom.association.related_candidates import Where
from postroom.association.search_candidates import Place, stretches
from postroom.association.search_conditions import (
    addresses_of_people,
    colleagues_called,
    conditions_of,
    groups_of_words,
)
from postroom.team.models import User
from postroom.team.written_once import written_once

FIRST_LOOK = 100  # Emails of which it is asked whether they may be seen; then twice as many.
MOST_OF_A_LOOK = 1_600
MOST_LOOKED_AT = 1_000  # For one page; the next goes on from there.


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search; `next` is where it goes on, None at its end.

    `texts` are the beginnings of the texts of those emails whose text the viewer may read.
    """

    rows: list[RelatedEmail]
    next: Cursor | None
    texts: dict[int, str] = field(default_factory=dict)


def search(viewer: User, query: Query, *, after: Cursor | None = None, limit: int = PAGE) -> Found:
    """One page of what is found; empty for a query that says nothing."""
    if not viewer.is_active:
        return Found([], None)
    reach = accounts_in_reach(viewer)
    place = place_of(query, viewer, after, reach)
    person = next((term for term in single_terms(query) if term.kind == Kind.PERSON), None)
    asked = Query(tuple(group for group in query.groups if group != (person,)))
    conditions = conditions_of(asked, viewer)
    if not (conditions or person) or not place.accounts:
        return Found([], None)
    found: list[Copies] = []
    looked_at, end = 0, None
    conditions = replace(conditions, is_settled=conditions.is_settled and not person)
    glimpses = glimpses_of(viewer, reach, conditions, of_hits_alone=True)
    for candidates, begin in looks_at(person, place) if person else looks(place):
        looked_at += len(candidates)
        end = Cursor(begin, b"") if begin else None
        if candidates:
            hits = glimpses.of(candidates)
            found += folded((hit for hit in hits if is_wanted(hit, after)), reach)
        if len(found) > limit:
            end = found[limit - 1][0].cursor
            break
        if looked_at >= MOST_LOOKED_AT:
            break
    rows = rows_of(found[:limit], viewer, reach)
    return Found(rows, end, texts_of(rows))


def is_wanted(hit: Glimpse, after: Cursor | None) -> bool:
    """Whether the copy has what is searched for, and is below the cursor."""
    return hit.is_asked_for and (after is None or hit.cursor < after)


def looks_at(person: Term, place: Place) -> Iterator[tuple[list[int], datetime | None]]:
    """The same among the mail of somebody who is named, which is found by their addresses."""
    addresses = addresses_of_people(person.text)
    where = Where(addresses, place.accounts, place.begin, place.end, place.words)
    for stretch in related_candidates.stretches(where) if addresses else ():
        yield stretch.emails, stretch.end.sent_at if stretch.end else None


def looks(place: Place) -> Iterator[tuple[list[int], datetime | None]]:
    """Candidates, few at first, and down to which moment they are all; None at the end.

    Copies of one email were sent at one moment, so a look never ends amid one.
    """
    size = FIRST_LOOK
    for stretch in stretches(place):
        left = stretch.found
        while len(left) > size:
            begin = left[size - 1][1]
            cut = next((n for n, (_, at) in enumerate(left[size:], size) if at < begin), None)
            if cut is None:
                break
            yield [pk for pk, _ in left[:cut]], begin
            left, size = left[cut:], min(2 * size, MOST_OF_A_LOOK)
        yield [pk for pk, _ in left], stretch.begin


def place_of(query: Query, viewer: User, after: Cursor | None, reach: InReach) -> Place:
    """Where the index is to look."""
    begin, end = period_of(query)
    if after:
        end = min(end, after.sent_at + MICROSECOND if after.identity else after.sent_at)
    accounts = accounts_for(query, viewer, reach)
    return Place(accounts, begin, end, groups_of_words(query, is_positive=True))


def accounts_for(query: Query, viewer: User, reach: InReach) -> list[int]:
    """The accounts in which the viewer may see anything, of those that the query means."""
    sharers = [term.text for term in single_terms(query) if term.kind == Kind.SHARED_BY]
    if not sharers:
        return sorted(set(reach.accounts))
    seen = EmailAccount.objects.filter(pk__in=reach.accounts)
    for sharer in sharers:
        seen = seen.filter(owner__in=colleagues_called(sharer, viewer))
    return list(seen.order_by("pk").values_list("pk", flat=True))


def texts_of(rows: list[RelatedEmail]) -> dict[int, str]:
    """The beginning of the text of each email, of those that the viewer may read."""
    readable = [row.email.pk for row in rows if row.email.sight >= Sight.EVERYTHING]
    return dict(beginnings_of(readable)) if readable else {}


@written_once()
def beginnings_of(emails: list[int]) -> QuerySet[SearchEntry, tuple[int, str]]:
    """The same, asked."""
    return SearchEntry.objects.filter(pk__in=among(emails)).values_list("email_id", "text")
