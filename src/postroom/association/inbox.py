"""SalesInbox: what lies in the Inbox of one's own mailboxes, sorted by what is known of senders.

An account's newest mail is read stretch by stretch along its index, sorted by a join as it comes,
until a page is full. Nothing is stored of it. ADR 39. Columns of one's own are read likewise and
asked of each stretch. ADR 48.
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
from postroom.association.inbox_own import Question, counts_of, question_of, those_meeting
from postroom.association.inbox_statements import (
    BACK_AGAIN,
    BACK_UNSORTED,
    BY_SENDERS,
    NEWEST,
    NEWEST_UNSORTED,
    SENT_BY_THESE,
    THESE_SORTED,
    UNREAD,
)
from postroom.association.ownership import own_emails
from postroom.team.models import InboxColumn, User
from postroom.team.once_a_page import once_a_page

PAGE = 50
STRETCHES = (200, 1_000)
FURTHER_STRETCHES = (2_000, 3_000)
MOST_COUNTED = 1_000
MOST_BACK = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


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
AnyColumn = Column | InboxColumn
Said = dict[str, Any]
Sorted = tuple[int, datetime, Column]
Read = tuple[int, datetime, bool | None]  # Whether it stands in the column; None: so far, no more.


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
    viewer: User,
    column: AnyColumn,
    now: datetime,
    *,
    after: Place | None = None,
    limit: int = PAGE,
) -> InboxPage:
    """One page of a column, strictly below `after`; on top of the first, what was snoozed.

    It may have less than it could, or nothing, and go on nonetheless: so far the inbox was read.
    """
    found: list[int] = []
    following = last = None
    wanted = column if isinstance(column, Column) else question_of(column, now)
    for pk, sent_at, stands_here in places_in(viewer, wanted, after or TOP, limit):
        if stands_here is None or len(found) == limit:
            following = last if stands_here else Place(sent_at, pk)
            break
        found.append(pk)
        last = Place(sent_at, pk)
    back = [] if after else back_in(viewer, wanted, now)
    return InboxPage(in_order(viewer, found), in_order(viewer, back), following)


def unread_counts(
    viewer: User, now: datetime, own: Sequence[InboxColumn] = ()
) -> dict[AnyColumn, Count]:
    """How many unread emails each column has, of the newest 1,000 of each mailbox."""
    numbers: dict[AnyColumn, int] = dict.fromkeys(Column, 0)
    ids: list[int] = []
    is_more = False
    for account in inboxes_of(viewer):
        rows = asked(UNREAD, account=account, size=MOST_COUNTED, sent_at=TOP.sent_at, id=TOP.pk)
        is_more |= len(rows) == MOST_COUNTED
        for pk, _, column in rows:
            numbers[column] += 1
            ids.append(pk)
    for its, number in counts_of(own, ids, now).items():
        numbers[its] = number
    return {column: Count(number, is_more) for column, number in numbers.items()}


def count_newest(viewer: User, column: InboxColumn, now: datetime) -> int:
    """How many of the newest 1,000 emails of each mailbox stand in a column of one's own."""
    ids: list[int] = []
    for account in inboxes_of(viewer):
        said = {"account": account, "size": MOST_COUNTED, "sent_at": TOP.sent_at, "id": TOP.pk}
        ids += [pk for pk, _ in rows_of(NEWEST_UNSORTED, said)]
    return len(those_meeting(question_of(column, now).asked, ids))


def columns_of(emails: Sequence[Email]) -> dict[int, Column]:
    """The column of each of some emails, by its id."""
    rows = asked(THESE_SORTED, ids=[email.pk for email in emails])
    return {pk: column for pk, _, column in rows}


def inboxes_of(viewer: User) -> list[int]:
    """The viewer's own mailboxes and their teams': of nobody else is there an inbox here."""
    if not viewer.is_active:
        return []
    return once_a_page(("inboxes", viewer.pk), lambda: find_inboxes(viewer))


def find_inboxes(viewer: User) -> list[int]:
    """Ask for them."""
    held = mailboxes_of(viewer).exclude(activation=Activation.DEACTIVATED)
    return list(held.order_by("pk").values_list("pk", flat=True))


def places_in(viewer: User, wanted: Column | Question, after: Place, limit: int) -> Iterator[Read]:
    """The emails of a column from all the viewer's mailboxes together, below a place."""
    streams = [newest_of(account, wanted, after, limit) for account in inboxes_of(viewer)]
    together = merge(*streams, key=lambda row: (row[1], row[0]), reverse=True)
    return (row for row in together if row[2] is not False)


def newest_of(account: int, wanted: Column | Question, after: Place, limit: int) -> Iterator[Read]:
    """An account's inbox from a place on, in stretches that grow as long as they are asked for.

    After some of them senders are looked for by address where that is possible; else reading ends
    for now, and its last row says so.
    """
    place = after
    for statement, size, more in stretches_of(wanted, limit):
        said = {"account": account, "size": size, "sent_at": place.sent_at, "id": place.pk}
        rows = read(wanted, statement, **said, **more)
        yield from rows
        if len(rows) < size:
            return
        place = Place(rows[-1][1], rows[-1][0])
    if not isinstance(wanted, Column) or wanted not in BY_SENDERS:
        yield place.pk, place.sent_at, None


def stretches_of(wanted: Column | Question, limit: int) -> Iterator[tuple[str, int, Said]]:
    """What is asked one after the other: statement, number of rows, what is said besides."""
    newest = NEWEST if isinstance(wanted, Column) else NEWEST_UNSORTED
    yield from ((newest, size, {}) for size in STRETCHES)
    if isinstance(wanted, Column) and wanted in BY_SENDERS:
        yield BY_SENDERS[wanted], limit + 1, {}
    elif isinstance(wanted, Question) and wanted.senders is not None:
        yield from ((SENT_BY_THESE, s, {"senders": wanted.senders}) for s in FURTHER_STRETCHES)
    else:
        yield from ((newest, size, {}) for size in FURTHER_STRETCHES)


def back_in(viewer: User, wanted: Column | Question, now: datetime) -> list[int]:
    """Emails whose snooze is over, of one column."""
    statement = BACK_AGAIN if isinstance(wanted, Column) else BACK_UNSORTED
    rows = read(wanted, statement, accounts=inboxes_of(viewer), now=now, size=MOST_BACK)
    return [pk for pk, _, stands_here in rows if stands_here]


def read(wanted: Column | Question, statement: str, **said: Any) -> list[Read]:
    """The rows of a statement, and of each whether it stands in the column."""
    if isinstance(wanted, Column):
        return [(pk, sent_at, its == wanted) for pk, sent_at, its in asked(statement, **said)]
    rows = rows_of(statement, said)
    met = those_meeting(wanted.asked, [pk for pk, _ in rows])
    return [(pk, sent_at, pk in met) for pk, sent_at in rows]


def asked(statement: str, **said: Any) -> list[Sorted]:
    """The rows of a statement that sorts."""
    rows = rows_of(statement, said)
    return [(pk, sent_at, Column(column)) for pk, sent_at, column in rows]


def rows_of(statement: str, said: Said) -> list[Any]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, said)
        return list(cursor.fetchall())


def in_order(viewer: User, ids: Sequence[int]) -> list[Email]:
    """These emails, as far as they are the viewer's own to act on."""
    found = own_emails(viewer).select_related("account").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
