"""What a list decides by, of many copies at a time: no email is made before it has its row.

A page is chosen from hundreds of copies. Of these only this much is read, as plain tuples;
whoever shows a row asks `visible_to` for the email once more, which is then cut down to its sight.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from postroom.accounts.models import EmailAccount, Sight
from postroom.archive.models import Email
from postroom.association.cursors import Cursor
from postroom.association.people import among
from postroom.association.reach import InReach
from postroom.association.search_candidates import having
from postroom.association.search_conditions import EVERY_EMAIL, Conditions
from postroom.association.visibility import premises, seen_by, visible_to
from postroom.team.models import User
from postroom.team.written_once import ahead, asking, is_of_few, written_once

ALL_OF_IT = Sight.EVERYTHING.value
THESE = [-1]  # In the place of the emails that are asked for; none has this id.
COLUMNS = (
    "pk",
    "sent_at",
    "identity",
    "account_id",
    "sight",
    "is_read",
    "has_attachments",
    "direction",
    "thread_root",
    "message_id",
    "subject",
)


class Glimpse(NamedTuple):
    """One copy, cut down to its sight: where it stands in a list, and whether it is asked for."""

    pk: int
    sent_at: datetime
    identity: bytes
    account: int
    sight: int
    is_read: bool
    has_attachments: bool
    direction: str
    thread_root: str
    message_id: str
    subject: str
    is_asked_for: bool

    @property
    def cursor(self) -> Cursor:
        """Where the email stands in a list; the same for all its copies."""
        return Cursor(self.sent_at, self.identity)


Copies = Sequence[Glimpse]  # Of one email, best first.


@dataclass(frozen=True, slots=True)
class RelatedEmail:
    """A row of a list: the copy of which the viewer sees most, and all who share it.

    `is_own`: the copy is in a mailbox of the viewer's, or of a team of theirs. In a list of threads
    it is the newest of its thread, which has `count` emails, `unread` of them unread.
    """

    email: Email
    is_own: bool
    shared_by: tuple[User, ...] = ()
    count: int = 1
    unread: int = 0

    @property
    def cursor(self) -> Cursor:
        """Where the list goes on after this row."""
        return Cursor(self.email.sent_at, bytes(self.email.identity))


class Glimpses:
    """The copies among emails out of `visible_to`, each with whether the conditions hold of it.

    A list asks some hundred at a time, and the question takes longer to write than to answer: it is
    written once.
    """

    def __init__(
        self,
        seen: QuerySet[Email],
        conditions: Conditions = EVERY_EMAIL,
        *,
        of_hits_alone: bool = False,
    ) -> None:
        self.conditions = conditions
        told = conditions.told_of(seen.filter(pk__in=among(THESE)), of_hits_alone=of_hits_alone)
        rows = told.order_by().values_list(*COLUMNS, "in_rest")
        self._question, self._said = rows.query.sql_with_params()

    def of(self, emails: Iterable[int]) -> list[Glimpse]:
        """Those of some emails that may be seen."""
        these = list(emails)
        said = [these if value == THESE else value for value in self._said]
        with connection.cursor() as cursor:
            cursor.execute(self._question, said)
            found = [glimpse_of(row) for row in cursor.fetchall()]
        return self.judged(found)

    def judged(self, found: list[Glimpse]) -> list[Glimpse]:
        """Look for the words where nobody has yet."""
        words, opens = self.conditions.words, self.conditions.leaves_open
        is_open = {g.pk: g.sight for g in found if g.is_asked_for and opens(g.sight)}
        without = is_open.keys() - having(words, is_open)
        return [g._replace(is_asked_for=False) if g.pk in without else g for g in found]


class PlainGlimpses(Glimpses):
    """The same where beside words little is asked of the emails: most lists are such."""

    def __init__(
        self,
        viewer: User,
        reach: InReach,
        conditions: Conditions = EVERY_EMAIL,
        *,
        of_hits_alone: bool = False,
    ) -> None:
        self.conditions, self.viewer, self.reach = conditions, viewer, reach
        self.of_hits_alone = of_hits_alone

    def of(self, emails: Iterable[int]) -> list[Glimpse]:
        """Those of some emails that may be seen."""
        if not self.viewer.is_active:
            return []
        rest, alone = self.conditions.rest, self.of_hits_alone
        rows = glimpsed(self.viewer.pk, self.reach, list(emails), rest, alone)
        return self.judged([glimpse_of(row) for row in rows])


def glimpses_of(
    viewer: User, reach: InReach, conditions: Conditions, *, of_hits_alone: bool = False
) -> Glimpses:
    """What a viewer's list looks through."""
    if is_of_few(conditions.rest):
        return PlainGlimpses(viewer, reach, conditions, of_hits_alone=of_hits_alone)
    return Glimpses(visible_to(viewer, reach), conditions, of_hits_alone=of_hits_alone)


@written_once(premises)
def glimpsed(
    viewer: int, reach: InReach, emails: list[int], rest: Q, of_hits_alone: bool
) -> QuerySet[Email, Any]:
    """What is read of each."""
    seen = seen_by(User(pk=viewer), reach).filter(pk__in=among(emails))
    told = Conditions("", rest).told_of(seen, of_hits_alone=of_hits_alone)
    return told.order_by().values_list(*COLUMNS, "in_rest")


def glimpse_of(row: Sequence[Any]) -> Glimpse:
    """A row of the table, whose columns are a glimpse's, without what is above its sight."""
    glimpse = Glimpse._make(row)
    if glimpse.sight >= ALL_OF_IT:
        return glimpse
    subject = glimpse.subject if glimpse.sight >= Sight.SUBJECT else ""
    return glimpse._replace(has_attachments=False, subject=subject)


def folded(
    glimpses: Iterable[Glimpse], reach: InReach, *, is_oldest_first: bool = False
) -> list[Copies]:
    """The copies of each email together, best first, in the order of the list.

    The viewer's own leads, then their team's, then the one that shows most.
    """
    ordered = sorted(glimpses, key=lambda g: (g.sent_at, g.identity), reverse=not is_oldest_first)
    own, held = frozenset(reach.mine), frozenset(reach.own)
    return [
        sorted(copies, key=lambda g: (g.account not in own, g.account not in held, -g.sight, g.pk))
        for _, copies in groupby(ordered, key=lambda g: (g.sent_at, g.identity))
    ]


def rows_of(chosen: Sequence[Copies], viewer: User, reach: InReach) -> list[RelatedEmail]:
    """The rows of a page, with their emails as the viewer may see them."""
    if not chosen or not viewer.is_active:
        return []
    best = [copies[0].pk for copies in chosen]
    held = list({g.account for copies in chosen for g in copies})
    ahead(asking(seen_among, viewer.pk, reach, best), asking(owned, held))
    emails = {email.pk: email for email in seen_among(viewer.pk, reach, best)}
    accounts = {account.pk: account for account in owned(held)}
    return [
        row_of(emails[copies[0].pk], copies, accounts, reach)
        for copies in chosen
        if copies[0].pk in emails
    ]


@written_once(premises)
def seen_among(viewer: int, reach: InReach, emails: list[int]) -> QuerySet[Email]:
    """Those of some emails that an active viewer may see."""
    return seen_by(User(pk=viewer), reach).filter(pk__in=among(emails))


def row_of(
    email: Email, copies: Copies, accounts: dict[int, EmailAccount], reach: InReach
) -> RelatedEmail:
    """One row."""
    email.account = accounts[email.account_id]
    sharers = dict.fromkeys(accounts[g.account].owner for g in copies)
    return RelatedEmail(email, email.account_id in reach.own, tuple(sharers))


@written_once()
def owned(accounts: list[int]) -> QuerySet[EmailAccount]:
    """Some accounts with their owners: of each what a row tells, of sixty columns.

    They are fewer than the emails in them.
    """
    told = EmailAccount.objects.only("address", "owner__email", "owner__name")
    return told.select_related("owner").filter(pk__in=among(accounts))
