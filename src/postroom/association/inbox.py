"""SalesInbox: what lies in the Inbox of one's own mailboxes, sorted by what is known of senders.

The newest mail of all of them is read stretch by stretch, sorted by a join as it comes, until a
page is full. Nothing is stored of it. ADR 39. Columns of one's own are read likewise and asked of
each stretch. ADR 48.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import Activation, EmailAccount, Membership
from postroom.archive.models import Email
from postroom.association.inbox_columns import Column
from postroom.association.inbox_own import Question, counts_of, question_of, those_meeting
from postroom.association.inbox_statements import (
    BACK_SORTED,
    BACK_UNSORTED,
    NEWEST,
    NEWEST_UNSORTED,
    SENDERS_IN,
    SENT_BY_SORTED,
    SENT_BY_UNSORTED,
    THESE_SORTED,
    UNREAD,
)
from postroom.association.ownership import own_emails
from postroom.association.people import among
from postroom.team.models import InboxColumn, User
from postroom.team.once_a_page import once_a_page
from postroom.team.prepared import answers
from postroom.team.written_once import written_once

PAGE = 25
STRETCHES = (200, 1_000)
FURTHER_STRETCHES = (2_000, 3_000)  # By the senders' addresses, or for who goes on reading.
TIMES_ITS_SHARE = 2  # Of each of many mailboxes so much is read at first.
FEW_SENDERS = 5_000
SO_FEW_SENDERS = 500  # The mail of each is found sooner than they are in a long stretch.
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
Sorted = tuple[int, datetime, str | None]  # Without a column's name: where reading stopped.
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
    for pk, sent_at, stands_here in places_in(viewer, wanted, after):
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
    """How many unread emails each column has, of the newest 1,000."""
    said = below(TOP, inboxes_of(viewer), MOST_COUNTED)
    found: dict[Any, Any] = dict(
        once_a_page((UNREAD, repr(said)), lambda: answers("unread", UNREAD, said))
    )
    is_more = found.pop(None, MOST_COUNTED) is None
    numbers: dict[AnyColumn, int] = {column: len(found.get(column.value, ())) for column in Column}
    unread = [pk for ids in found.values() for pk in ids]
    for its, number in counts_of(own, unread, now).items():
        numbers[its] = number
    return {column: Count(number, is_more) for column, number in numbers.items()}


def count_newest(viewer: User, column: InboxColumn, now: datetime) -> int:
    """How many of the newest 1,000 emails stand in a column of one's own."""
    rows, _ = stretch(NEWEST_UNSORTED, TOP, inboxes_of(viewer), MOST_COUNTED)
    return len(those_meeting(question_of(column, now), [pk for pk, _, _ in rows]))


def columns_of(emails: Sequence[Email]) -> dict[int, Column]:
    """The column of each of some emails, by its id."""
    rows, _ = asked(THESE_SORTED, {"ids": [email.pk for email in emails]})
    return {pk: Column(column) for pk, _, column in rows}


def inboxes_of(viewer: User) -> list[int]:
    """The viewer's own mailboxes and their teams': of nobody else is there an inbox here."""
    return list(held_by(viewer))


def held_by(viewer: User) -> dict[int, bool]:
    """The same, each with whether it is a team's."""
    if not viewer.is_active:
        return {}
    return once_a_page(("inboxes", viewer.pk), lambda: find_inboxes(viewer))


def find_inboxes(viewer: User) -> dict[int, bool]:
    """Ask for them."""
    return dict(inboxes_and_teams(viewer.pk))


@written_once()
def inboxes_and_teams(viewer: int) -> QuerySet[EmailAccount, tuple[int, bool]]:
    """The same as rows."""
    held = mailboxes_of(User(pk=viewer)).exclude(activation=Activation.DEACTIVATED).order_by("pk")
    members = Membership.objects.filter(account=OuterRef("pk"))
    return held.values_list("pk", Exists(members))


def places_in(viewer: User, wanted: Column | Question, after: Place | None) -> Iterator[Read]:
    """The emails of a column from all the viewer's mailboxes together, below a place.

    They are read in stretches that grow as long as they are asked for. What is not found in some of
    them is looked for by the senders' addresses where that is possible; else reading ends for now,
    and its last row says so.
    """
    accounts, place = inboxes_of(viewer), after or TOP
    for statement, size, more in stretches_of(wanted, is_first=after is None):
        found, edge = stretch(statement, place, accounts, size, more)
        yield from (row for row in standing(wanted, found) if row[2])
        if edge is None:
            return
        place = edge
    yield place.pk, place.sent_at, None


def stretches_of(wanted: Column | Question, *, is_first: bool) -> Iterator[tuple[str, int, Said]]:
    """What is asked one after the other: statement, number of rows, what is said besides."""
    newest = NEWEST if isinstance(wanted, Column) else NEWEST_UNSORTED
    first, second = STRETCHES
    yield newest, first, {}
    senders = senders_in(wanted)
    if senders is None or len(senders) > SO_FEW_SENDERS:
        yield newest, second, {}
    if senders is not None:
        sent_by = SENT_BY_SORTED if isinstance(wanted, Column) else SENT_BY_UNSORTED
        yield from ((sent_by, size, {"senders": senders}) for size in FURTHER_STRETCHES)
    elif not is_first:
        yield from ((newest, size, {}) for size in FURTHER_STRETCHES)


def senders_in(wanted: Column | Question) -> list[str] | None:
    """Whose mail the column has, if they are few enough to look for each."""
    if not isinstance(wanted, Column):
        return wanted.senders()
    if wanted not in SENDERS_IN:
        return None
    found = answers("senders", SENDERS_IN[wanted], {"most": FEW_SENDERS + 1})
    senders = [canonical for (canonical,) in found]
    return senders if len(senders) <= FEW_SENDERS else None


def stretch(
    statement: str, place: Place, accounts: list[int], size: int, more: Said | None = None
) -> tuple[list[Sorted], Place | None]:
    """About so many emails of these mailboxes, strictly below a place; and where it stopped.

    `more`: what the statement is told besides, where it is not asked for shares.
    """
    return asked(statement, below(place, accounts, size) | (more or {}))


def below(place: Place, accounts: list[int], size: int) -> Said:
    """What a stretch is asked for."""
    share = min(TIMES_ITS_SHARE * size // max(len(accounts), 1) + 1, size)
    at = {"sent_at": place.sent_at, "id": place.pk}
    return {"accounts": accounts, "size": size, "of_each": share} | at


def back_in(viewer: User, wanted: Column | Question, now: datetime) -> list[int]:
    """Emails whose snooze is over, of one column."""
    statement = BACK_SORTED if isinstance(wanted, Column) else BACK_UNSORTED
    said = {"accounts": inboxes_of(viewer), "now": now, "size": MOST_BACK}
    rows, _ = asked(statement, said)
    return [pk for pk, _, stands_here in standing(wanted, rows) if stands_here]


def standing(wanted: Column | Question, rows: list[Sorted]) -> list[Read]:
    """Of each row whether it stands in the column."""
    if isinstance(wanted, Column):
        return [(pk, sent_at, its == wanted.value) for pk, sent_at, its in rows]
    met = those_meeting(wanted, [pk for pk, _, _ in rows])
    return [(pk, sent_at, pk in met) for pk, sent_at, _ in rows]


def asked(statement: str, said: Said) -> tuple[list[Sorted], Place | None]:
    """What the database answers, newest first, and where it stopped; columns share an answer."""
    rows = once_a_page((statement, repr(said)), lambda: rows_of(statement, said))
    edge = next((Place(sent_at, pk) for pk, sent_at, column in rows if column is None), None)
    return [row for row in rows if row[2] is not None], edge


def rows_of(statement: str, said: Said) -> list[Sorted]:
    """Ask."""
    found = answers("inbox", statement, said)
    return sorted(found, key=lambda row: (row[1], row[0]), reverse=True)


def in_order(viewer: User, ids: Sequence[int]) -> list[Email]:
    """These emails, as far as they are the viewer's own to act on."""
    if not ids or not viewer.is_active:
        return []
    found = {email.pk: email for email in own_among(viewer.pk, list(ids))}
    return [found[pk] for pk in ids if pk in found]


@written_once()
def own_among(viewer: int, ids: list[int]) -> QuerySet[Email]:
    """Those of some emails that are an active viewer's own."""
    return own_emails(User(pk=viewer)).filter(pk__in=among(ids))
