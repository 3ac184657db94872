"""The days of an engine that runs, and of one whose letters a mail server takes."""

from datetime import date, datetime, timedelta

from cast import NOON
from postroom.accounts.models import EmailAccount
from postroom.cleanup.deleting import delete_next
from postroom.engine.cleaning import clean_up
from postroom.outbox.models import Notice, NoticeState
from postroom.outbox.queue import note_sent

# The mailbox is connected on day 0, 2 March; a month is over on 2 April: day 31.
PAUSED, HIDDEN, DELETED = 32, 46, 76


def at(day: int) -> datetime:
    """Noon of a day, counted from the first."""
    return NOON + timedelta(days=day)


def day(number: int) -> date:
    """The date of that day."""
    return at(number).date()


QUIET = 30  # Days that can bring nothing are left out.


def live_through(first: int, last: int, *, delivers: bool = True) -> None:
    """The engine looks once a day, and a mail server takes what it writes."""
    for number in range(first, last + 1):
        if number > QUIET or number == first:
            clean_up(at(number))
            if delivers:
                deliver(at(number))


def deliver(now: datetime) -> None:
    """What a mail server does."""
    for notice in Notice.objects.filter(state=NoticeState.WAITING):
        note_sent(notice, now)


def delete_all(pk: int) -> int:
    """Bite by bite, as the engine's job does; returns how many."""
    bites = 0
    while delete_next(pk, NOON):
        bites += 1
    return bites


def activation(account: EmailAccount) -> str:
    """What was decided about it by now."""
    return EmailAccount.objects.get(pk=account.pk).activation
