"""The morning email: what waits for its reader, in numbers. Once a day of theirs. ADR 17.

No subject, sender or word of an email stands in it: it goes by mail servers and lies in inboxes,
and what it counts may be hidden or deleted meanwhile. What there is to read is a link away.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Q

from postroom.association.awaiting import MOST as MOST_AWAITED
from postroom.association.awaiting import Side, awaiting, watches_of
from postroom.association.inbox import MOST_COUNTED
from postroom.association.inbox_news import new_counts
from postroom.crm.deals import open_deals
from postroom.crm.models import Deal
from postroom.crm.tasks import tasks_due
from postroom.outbox.links import url_of
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Facts, Heading, Link, Part, Words
from postroom.team.counted import counted
from postroom.team.digest_days import Hours, day_due
from postroom.team.models import DigestWish, User

SALT = "postroom.digest.end"
LONGEST_PAUSE = timedelta(days=7)
OF_THE_NEWEST = f", of the newest {MOST_COUNTED:,}"
MOST_DEALS = 10
MOST_TASKS = 10


def mark_of(user_id: int) -> str:
    """What the link says by which one is told no more."""
    return signing.Signer(salt=SALT, sep=".").sign(str(user_id))


def user_in(mark: str) -> int | None:
    """Whose emails a link ends; None when it is none of ours."""
    try:
        return int(signing.Signer(salt=SALT, sep=".").unsign(mark))
    except signing.BadSignature:
        return None


def write_digests(now: datetime) -> int:
    """Write to everybody whose hour has come. Returns how many."""
    wishes = DigestWish.objects.filter(user__is_active=True)
    due = [wish.pk for wish in wishes if day_due(hours_of(wish), wish.told_at, now)]
    return sum(tell(pk, now) for pk in due)


def hours_of(wish: DigestWish) -> Hours:
    """When it is to come."""
    return Hours(wish.hour, wish.days, wish.time_zone)


@transaction.atomic
def tell(pk: int, now: datetime) -> bool:
    """Write one, and note the day; where there is nothing to say nothing is written."""
    wishes = DigestWish.objects.select_for_update(of=("self",)).select_related("user")
    wish = wishes.filter(pk=pk).first()
    day = day_due(hours_of(wish), wish.told_at, now) if wish else None
    if wish is None or day is None:
        return False
    since = max(wish.told_at or now - timedelta(days=1), now - LONGEST_PAUSE)
    parts = list(parts_for(wish.user, day, since, now))
    wish.told_at = now
    wish.save(update_fields=["told_at"])
    return bool(parts) and write(letter_of(wish, day, parts), now)


def letter_of(wish: DigestWish, day: date, parts: list[Part]) -> Letter:
    """The whole, with the way out."""
    return Letter(
        key=f"digest:{wish.user_id}:{day.isoformat()}",
        account=None,
        to=wish.user,
        subject=f"Your {day:%A}, {day:%-d %B}",
        parts=[
            Words(f"Good morning {wish.user},"),
            *parts,
            Words("You get this email because you asked for it."),
            Link("Do not send it any more", url_of("digest-end", mark_of(wish.user_id))),
        ],
    )


def parts_for(user: User, day: date, since: datetime, now: datetime) -> Iterator[Part]:
    """What waits for the reader; nothing at all where nothing does."""
    yield from new_mail(user, since, now)
    yield from waiting(user, now)
    yield from to_do(user, day)
    yield from closing(user, day)


def new_mail(user: User, since: datetime, now: datetime) -> Iterator[Part]:
    """How much came, column by column."""
    counts = new_counts(user, since, now) if user.salesinbox_on else {}
    rows = tuple((column.words, each.number) for column, each in counts.items() if each.number)
    if rows:
        is_more = any(each.is_more for each in counts.values())
        yield Heading(f"New in your inbox{OF_THE_NEWEST if is_more else ''}")
        yield Facts(rows)
        yield Link("Open the inbox", url_of("inbox"))


def waiting(user: User, now: datetime) -> Iterator[Part]:
    """Who awaits their answer, and whose answer they watch for."""
    mine = awaiting(user, Side.MINE, now)
    if mine:
        days, is_all = (now - mine[-1].sent_at).days, len(mine) < MOST_AWAITED
        oldest = f", the oldest for {counted(days, 'day', 'days')}" if days and is_all else ""
        asked = counted(len(mine), "conversation awaits", "conversations await")
        asked = asked if is_all else f"At least {asked}"
        yield Heading("Awaiting your answer")
        yield Words(f"{asked} your answer{oldest}.")
        yield Link("Show them", url_of("awaiting"))
    open_watches = watches_of(user).filter(Q(is_answered=False), closed_at=None)
    if number := open_watches.count():
        yield Words(f"You watch {counted(number, 'email', 'emails')} for an answer.")


def to_do(user: User, day: date) -> Iterator[Part]:
    """Their tasks of today, and those that are overdue."""
    tasks = list(tasks_due(user, day)[: MOST_TASKS + 1])
    if not tasks:
        return
    yield Heading("To do today")
    for task in tasks[:MOST_TASKS]:
        late = f" (since {task.due_on:%-d %B})" if task.due_on < day else ""
        yield Words(f"{task.words}{late}")
    yield Link("All your tasks" if len(tasks) > MOST_TASKS else "Your tasks", url_of("tasks"))


def closing(user: User, day: date) -> Iterator[Part]:
    """Their open deals that are to close in this month, or should have before."""
    in_month = open_deals().filter(owner=user, closing_on__isnull=False)
    end = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    deals = list(in_month.filter(closing_on__lt=end).order_by("closing_on", "pk"))
    if not deals:
        return
    yield Heading("Deals to close this month")
    for deal in deals[:MOST_DEALS]:
        yield Link(deal_line(deal, day), url_of("deal", deal.pk))
    if (more := len(deals) - MOST_DEALS) > 0:
        yield Words(f"And {counted(more, 'other deal', 'other deals')}.")


def deal_line(deal: Deal, day: date) -> str:
    """A deal in a line: its name, its amount, its day."""
    amount = f", {deal.amount:,.0f} {deal.currency}" if deal.amount is not None else ""
    closing_on = deal.closing_on
    assert closing_on is not None  # noqa: S101 - only such deals are told
    late = " (overdue)" if closing_on < day else ""
    return f"{deal.name}{amount}, {closing_on:%-d %B}{late}"
