"""The Emails related list as threads: one row for each, at the place of its newest email.

Emails belong together by References; one that names no ancestor though its subject begins with
*Re:* belongs to the last email before it of that subject, with somebody in common (as on its page,
`association.threads`). Everything is asked of the emails
that are asked for: chosen are emails, and then shown as threads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from postroom.archive.models import EveryParticipant
from postroom.association.cursors import MICROSECOND, Cursor
from postroom.association.glimpses import (
    Copies,
    Glimpse,
    RelatedEmail,
    folded,
    glimpses_of,
    rows_of,
)
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.related import PAGE, Choice, Listed, asked_for, related_emails, where_for
from postroom.association.related_candidates import Where, in_threads, next_at
from postroom.association.threads import ANSWERS, NEAR, plain
from postroom.association.whose import Whose
from postroom.team.models import User

ALL_AT_ONCE = 500
MOST_NEAR = 256
MOST_OF_A_THREAD = 200
MOST_STRAYS = 16  # Answers without References looked after for one page.


def related_threads(
    whose: Whose,
    viewer: User,
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
    *,
    after: Cursor | None = None,
    limit: int = PAGE,
    reach: InReach | None = None,
) -> Listed:
    """One page of their threads as the viewer may see them, as `related_emails` pages emails."""
    if not viewer.is_active:
        return Listed([], None)
    reach = reach or accounts_in_reach(viewer)
    threads = Threads(whose, viewer, choice, reach)
    found: list[tuple[Copies, list[Glimpse]]] = []
    end = None
    for some, end in asked_for(whose, viewer, choice, reach, after):
        found += threads.headed_by(some, is_top=after is None)
        if len(found) > limit:
            end = found[limit - 1][0][0].cursor
            break
    heads = [head for head, _ in found[:limit]]
    members = {head[0].pk: emails for head, emails in found[:limit]}
    rows = [with_thread(row, members[row.email.pk]) for row in rows_of(heads, viewer, reach)]
    return Listed(rows, end, [glimpse.pk for head in heads for glimpse in head])


def with_thread(row: RelatedEmail, emails: list[Glimpse]) -> RelatedEmail:
    """The row of the thread's newest email as the row of the thread."""
    return replace(row, count=len(emails), unread=sum(not email.is_read for email in emails))


def all_related_emails(
    whose: Whose,
    viewer: User,
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
    *,
    as_threads: bool = False,
) -> list[RelatedEmail]:
    """The whole list, for programs; pages ask for one page."""
    ask = related_threads if as_threads else related_emails
    reach, after = accounts_in_reach(viewer), None
    rows: list[RelatedEmail] = []
    while True:
        page = ask(whose, viewer, choice, after=after, limit=ALL_AT_ONCE, reach=reach)
        rows += page.rows
        after = page.next
        if after is None:
            return rows


class Threads:
    """The threads of somebody's mail for one viewer, gathered stretch by stretch."""

    def __init__(self, whose: Whose, viewer: User, choice: Choice, reach: InReach) -> None:
        self.reach = reach
        where = where_for(whose, choice, reach, viewer)
        self.where: Where = replace(where, is_oldest_first=False)
        conditions = replace(choice.conditions(viewer), is_settled=False)
        self.glimpses = glimpses_of(viewer, reach, conditions)
        self.strays: dict[bytes, Glimpse] = {}
        self.joined: dict[bytes, str] = {}  # By the identity of a stray: the root it belongs to.

    def headed_by(
        self, some: list[Copies], *, is_top: bool
    ) -> Iterator[tuple[Copies, list[Glimpse]]]:
        """Those of the emails that are the newest of their threads, each with all of its thread."""
        best = [copies[0] for copies in some]
        above = [] if is_top or not best else self.strays_above(max(g.sent_at for g in best))
        self.join([*above, *best])
        threads = self.threads_of(some)
        for copies in some:
            thread = threads[self.root_of(copies[0])]
            if max(g.cursor for g in thread) == copies[0].cursor:
                yield copies, thread

    def root_of(self, email: Glimpse) -> str:
        """What the emails of a thread have in common; no two emails without one do."""
        return self.joined.get(email.identity) or email.thread_root or email.identity.hex()

    def threads_of(self, some: list[Copies]) -> dict[str, list[Glimpse]]:
        """All emails that are asked for of the threads of these, by the root, each email once."""
        here = {g.pk: g for copies in some for g in copies}
        roots = {self.root_of(copies[0]) for copies in some}
        meant = self.in_threads(roots)
        others = meant.difference(here)
        asked = self.glimpses.of(others) if others else ()
        together = folded([*here.values(), *asked], self.reach)
        best = {copies[0].identity: copies[0] for copies in together} | self.strays
        found: dict[str, list[Glimpse]] = defaultdict(list)
        for email in best.values():
            if email.is_asked_for:
                found[self.root_of(email)].append(email)
        return found

    def in_threads(self, roots: set[str]) -> set[int]:
        """The emails of these threads that are the list's."""
        where = self.where
        if where.gathered is None:
            return in_threads(roots, where.accounts, where.addresses, MOST_OF_A_THREAD)
        found = in_threads(roots, where.accounts, None, MOST_OF_A_THREAD)
        return found.intersection(pk for pk, _ in where.gathered)

    def join(self, emails: Iterable[Glimpse]) -> None:
        """Find out where answers that name nothing belong, the oldest first."""
        new = [g for g in emails if is_stray(g) and g.identity not in self.strays]
        for stray in sorted(new, key=lambda g: g.cursor)[: MOST_STRAYS - len(self.strays)]:
            self.strays[stray.identity] = stray
            if before := self.answered_by(stray):
                self.joined[stray.identity] = self.root_of(before)

    def answered_by(self, stray: Glimpse) -> Glimpse | None:
        """The last email before it that has its subject and one of the list's people."""
        near = self.between(stray.sent_at - NEAR, stray.sent_at)
        like = [g for g in near if g.subject and plain(g.subject) == plain(stray.subject)]
        people = self.people_on([stray, *like])
        for email in sorted(like, key=lambda g: g.cursor, reverse=True):
            if people[email.pk] & people[stray.pk]:
                self.join([email])
                return email
        return None

    def strays_above(self, moment: datetime) -> list[Glimpse]:
        """Answers of the weeks after that name nothing: what is below may belong to them."""
        return [g for g in self.between(moment + MICROSECOND, moment + NEAR) if is_stray(g)]

    def people_on(self, emails: Iterable[Glimpse]) -> dict[int, set[str]]:
        """Who of the list's people is on each of some emails."""
        found: dict[int, set[str]] = defaultdict(set)
        on_them = EveryParticipant.objects.filter(
            email__in=[email.pk for email in emails], canonical__in=self.where.addresses
        )
        for pk, canonical in on_them.values_list("email", "canonical"):
            found[pk].add(canonical)
        return found

    def between(self, begin: datetime, end: datetime) -> list[Glimpse]:
        """Their newest emails between two moments, each once."""
        period = replace(self.where, begin=begin, end=end, words="")
        emails = next_at(period, MOST_NEAR).emails
        found = folded(self.glimpses.of(emails), self.reach)
        return [copies[0] for copies in found]


def is_stray(email: Glimpse) -> bool:
    """Whether it answers something by its subject and names nothing."""
    names_nothing = email.thread_root in ("", email.message_id)
    return names_nothing and ANSWERS.match(email.subject) is not None and plain(email.subject) != ""
