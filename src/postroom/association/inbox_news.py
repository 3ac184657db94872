"""What came newly into somebody's inbox, sorted as SalesInbox sorts it."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from postroom.archive.models import Direction, Email, Triage
from postroom.association.awaiting import muted
from postroom.association.inbox import (
    MOST_COUNTED,
    TOP,
    AnyColumn,
    Count,
    columns_of,
    inboxes_of,
    stretch,
)
from postroom.association.inbox_columns import Column
from postroom.association.inbox_own import counts_of, own_columns, question_of, those_meeting
from postroom.association.inbox_statements import NEWEST
from postroom.association.ownership import own_emails
from postroom.team.models import User

FRESH = timedelta(hours=1)
MOST_AT_ONCE = 20


def new_counts(viewer: User, since: datetime, now: datetime) -> dict[AnyColumn, Count]:
    """How many emails of each column came since then, of the newest 1,000."""
    rows, edge = stretch(NEWEST, TOP, inboxes_of(viewer), MOST_COUNTED)
    new = [(pk, column) for pk, sent_at, column in rows if sent_at >= since]
    is_more = edge is not None and len(new) == len(rows)
    standing = Counter(column for _, column in new)
    numbers: dict[AnyColumn, int] = {column: standing[column.value] for column in Column}
    for its, number in counts_of(own_columns(viewer), [pk for pk, _ in new], now).items():
        numbers[its] = number
    return {column: Count(number, is_more) for column, number in numbers.items()}


def last_recorded(viewer: User) -> int:
    """The number of the newest email in the viewer's own mailboxes."""
    newest = own_emails(viewer).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def arrived(
    viewer: User, emails: Collection[int] | None, after: int, now: datetime
) -> list[tuple[Email, AnyColumn]]:
    """Mail that came just now, of these emails or of all, where the viewer wants to be told of it.

    Each with the first of the chosen columns in which it stands.
    """
    found = coming(viewer, emails, after, now) if viewer.notice_columns else []
    columns: dict[int, AnyColumn] = {}
    if found:
        columns |= columns_of(found)
        ids = [email.pk for email in found if columns[email.pk].value not in viewer.notice_columns]
        for own in own_columns(viewer):
            if own.value in viewer.notice_columns:
                columns |= dict.fromkeys(those_meeting(question_of(own, now), ids), own)
    stand = [(email, columns[email.pk]) for email in found]
    return [(email, column) for email, column in stand if column.value in viewer.notice_columns]


def coming(viewer: User, emails: Collection[int] | None, after: int, now: datetime) -> list[Email]:
    """Unread mail that came into the viewer's inbox just now.

    Of old mail that is only brought here now nobody is told.
    """
    aside = Triage.objects.filter(email=OuterRef("pk"))
    new = own_emails(viewer).filter(
        Q() if emails is None else Q(pk__in=emails),
        ~Exists(aside),
        ~Exists(muted()),
        pk__gt=after,
        account__in=inboxes_of(viewer),
        in_inbox=True,
        is_read=False,
        removed_at=None,
        direction=Direction.RECEIVED,
        sent_at__gt=now - FRESH,
    )
    return list(new.order_by("pk")[:MOST_AT_ONCE])
