"""SalesInbox: what lies in the Inbox of one's own mailboxes, sorted by what is known of senders.

An account's newest mail is read stretch by stretch along its index, sorted by a join as it comes,
until a page is full. Nothing is stored of it. ADR 39.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any

from django.db import connection

from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import Activation
from postroom.archive.models import Email
from postroom.association.inbox_columns import Column
from postroom.association.ownership import own_emails
from postroom.team.models import User
from postroom.team.once_a_page import once_a_page

PAGE = 50
STRETCHES = (200, 1_000)
FURTHER_STRETCHES = (2_000, 3_000)
MOST_COUNTED = 1_000
MOST_BACK = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)

# The column of each email of `stretch`, by the first address in its From.
SORTED = """
SELECT stretch.id, stretch.sent_at, CASE
    WHEN coalesce(sender.canonical, '') = '' THEN 'outside'
    WHEN EXISTS (SELECT FROM team_user WHERE email = sender.canonical)
      OR EXISTS (SELECT FROM accounts_emailaccount WHERE address = sender.canonical)
      OR EXISTS (SELECT FROM accounts_fromaddress
                 WHERE address = sender.canonical AND verified_at IS NOT NULL)
      OR EXISTS (SELECT FROM team_organisation, unnest(own_domains) AS domain
                 WHERE right(sender.canonical, length(domain) + 1)
                       IN ('@' || domain, '.' || domain)) THEN 'colleagues'
    WHEN person.person_id IS NULL THEN 'outside'
    WHEN EXISTS (SELECT FROM crm_deal_people its JOIN crm_deal deal ON deal.id = its.deal_id
                 WHERE its.person_id = person.person_id AND deal.closed_at IS NULL) THEN 'deals'
    ELSE 'people' END
FROM stretch
LEFT JOIN archive_every_participant sender
    ON sender.email_id = stretch.id AND sender.role = 1 AND sender.position = 0
LEFT JOIN crm_personaddress person ON person.canonical = sender.canonical
ORDER BY stretch.sent_at DESC, stretch.id DESC
"""
STRETCH = """
WITH stretch AS MATERIALIZED (
    SELECT id, sent_at FROM archive_email email
    WHERE account_id = %(account)s AND in_inbox AND removed_at IS NULL {more}
      AND (sent_at, id) < (%(sent_at)s, %(id)s)
      AND NOT EXISTS (SELECT FROM archive_triage aside WHERE aside.email_id = email.id)
      AND NOT EXISTS (SELECT FROM archive_mutedthread muted
                      WHERE muted.account_id = email.account_id
                        AND muted.thread_root = email.thread_root)
    ORDER BY sent_at DESC, id DESC LIMIT %(size)s
)
"""
NEWEST = STRETCH.format(more="") + SORTED
UNREAD = STRETCH.format(more="AND NOT is_read") + SORTED
# Of rare senders the mail is found by their addresses, and not along the whole inbox.
SENT_BY = """
WITH its AS MATERIALIZED (
    SELECT person.canonical FROM crm_personaddress person
    WHERE {not_}EXISTS (
        SELECT FROM crm_deal_people its JOIN crm_deal deal ON deal.id = its.deal_id
        WHERE its.person_id = person.person_id AND deal.closed_at IS NULL)
), stretch AS MATERIALIZED (
    SELECT email.id, email.sent_at FROM archive_every_participant sender
    JOIN archive_email email ON email.id = sender.email_id
    WHERE sender.canonical = ANY (ARRAY(SELECT canonical FROM its))
      AND sender.role = 1 AND sender.position = 0
      AND email.account_id = %(account)s AND email.in_inbox AND email.removed_at IS NULL
      AND (email.sent_at, email.id) < (%(sent_at)s, %(id)s)
      AND NOT EXISTS (SELECT FROM archive_triage aside WHERE aside.email_id = email.id)
      AND NOT EXISTS (SELECT FROM archive_mutedthread muted
                      WHERE muted.account_id = email.account_id
                        AND muted.thread_root = email.thread_root)
    ORDER BY email.sent_at DESC, email.id DESC LIMIT %(size)s
)
"""
BY_SENDERS = {
    Column.DEALS: SENT_BY.format(not_="") + SORTED,
    Column.PEOPLE: SENT_BY.format(not_="NOT ") + SORTED,
}
BACK = """
WITH stretch AS MATERIALIZED (
    SELECT id, sent_at FROM archive_email
    WHERE in_inbox AND removed_at IS NULL AND id IN (
        SELECT email_id FROM archive_triage
        WHERE account_id = ANY(%(accounts)s) AND snoozed_until <= %(now)s
        ORDER BY snoozed_until DESC LIMIT %(size)s)
)
"""
BACK_AGAIN = BACK + SORTED
THESE = """
WITH stretch AS (SELECT id, sent_at FROM archive_email WHERE id = ANY(%(ids)s))
"""
THESE_SORTED = THESE + SORTED


@dataclass(frozen=True, slots=True)
class Place:
    """An email's place in the inbox: newest first, the id deciding among equals."""

    sent_at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.sent_at - EPOCH) // MICROSECOND}_{self.pk}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read what `str` wrote; raises ValueError on anything else."""
        stamp, _, pk = text.partition("_")
        if not (pk.isascii() and pk.isdigit() and len(pk) <= 18):
            raise ValueError(text)
        try:
            return cls(EPOCH + int(stamp) * MICROSECOND, int(pk))
        except OverflowError as error:
            raise ValueError(text) from error


TOP = Place(END_OF_TIME, 2**62)
Sorted = tuple[int, datetime, Column | None]  # Without a column: so far it was read.


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Emails of a column, those that came back from a snooze, and where it goes on (None: ends)."""

    emails: list[Email]
    back: list[Email]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many unread emails a column has; `is_more` when not all of the inbox was counted."""

    number: int
    is_more: bool


def inbox_page(
    viewer: User, column: Column, now: datetime, *, after: Place | None = None, limit: int = PAGE
) -> InboxPage:
    """One page of a column, strictly below `after`; on top of the first, what was snoozed.

    It may have less than it could, or nothing, and go on nonetheless: so far the inbox was read.
    """
    found: list[int] = []
    following = last = None
    for pk, sent_at, its in places_in(viewer, column, after or TOP, limit):
        if its is None or len(found) == limit:
            following = last if its else Place(sent_at, pk)
            break
        found.append(pk)
        last = Place(sent_at, pk)
    back = [] if after else back_in(viewer, column, now)
    return InboxPage(in_order(viewer, found), in_order(viewer, back), following)


def unread_counts(viewer: User, now: datetime) -> dict[Column, Count]:
    """How many unread emails each column has, of the newest 1,000 of each mailbox."""
    numbers, is_more = dict.fromkeys(Column, 0), False
    for account in inboxes_of(viewer):
        rows = asked(UNREAD, account=account, size=MOST_COUNTED, sent_at=TOP.sent_at, id=TOP.pk)
        is_more |= len(rows) == MOST_COUNTED
        for _, _, column in rows:
            numbers[column or Column.OUTSIDE] += 1
    return {column: Count(number, is_more) for column, number in numbers.items()}


def columns_of(emails: Sequence[Email]) -> dict[int, Column]:
    """The column of each of some emails, by its id."""
    rows = asked(THESE_SORTED, ids=[email.pk for email in emails])
    return {pk: column for pk, _, column in rows if column}


def inboxes_of(viewer: User) -> list[int]:
    """The viewer's own mailboxes and their teams': of nobody else is there an inbox here."""
    if not viewer.is_active:
        return []
    return once_a_page(("inboxes", viewer.pk), lambda: find_inboxes(viewer))


def find_inboxes(viewer: User) -> list[int]:
    """Ask for them."""
    held = mailboxes_of(viewer).exclude(activation=Activation.DEACTIVATED)
    return list(held.order_by("pk").values_list("pk", flat=True))


def places_in(viewer: User, column: Column, after: Place, limit: int) -> Iterator[Sorted]:
    """The emails of a column from all the viewer's mailboxes together, below a place."""
    streams = [newest_of(account, column, after, limit) for account in inboxes_of(viewer)]
    together = merge(*streams, key=lambda row: (row[1], row[0]), reverse=True)
    return (row for row in together if row[2] in (column, None))


def newest_of(account: int, column: Column, after: Place, limit: int) -> Iterator[Sorted]:
    """An account's inbox from a place on, in stretches that grow as long as they are asked for.

    After some of them senders are looked for by address where that is possible; else reading ends
    for now, and its last row says so.
    """
    sizes = STRETCHES if column in BY_SENDERS else (*STRETCHES, *FURTHER_STRETCHES)
    for size in sizes:
        rows = asked(NEWEST, account=account, sent_at=after.sent_at, id=after.pk, size=size)
        yield from rows
        if len(rows) < size:
            return
        after = Place(rows[-1][1], rows[-1][0])
    if statement := BY_SENDERS.get(column):
        place = {"sent_at": after.sent_at, "id": after.pk}
        yield from asked(statement, account=account, size=limit + 1, **place)
    else:
        yield after.pk, after.sent_at, None


def back_in(viewer: User, column: Column, now: datetime) -> list[int]:
    """Emails whose snooze is over, of one column."""
    rows = asked(BACK_AGAIN, accounts=inboxes_of(viewer), now=now, size=MOST_BACK)
    return [pk for pk, _, its in rows if its == column]


def asked(statement: str, **said: Any) -> list[Sorted]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, said)
        return [(pk, sent_at, Column(column)) for pk, sent_at, column in cursor.fetchall()]


def in_order(viewer: User, ids: Sequence[int]) -> list[Email]:
    """These emails, as far as they are the viewer's own to act on."""
    found = own_emails(viewer).select_related("account").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
