"""How many emails go out in which time: an account's, a user's, and what its mail service allows.

A service that is sent too much refuses, and may lock the mailbox. What is over the rate waits and
says so; nothing is refused for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Func, IntegerField, Sum

from postroom.accounts.models import EmailAccount
from postroom.accounts.traffic import provider_of
from postroom.outbox.models import OutgoingEmail, OutgoingState

MOST_A_MINUTE = 30
MOST_OF_A_USER = 60
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WAIT_FOR_A_DAY = timedelta(minutes=15)
LEFT_HERE = (
    OutgoingState.SENDING,
    OutgoingState.SENT,
    OutgoingState.UNKNOWN,
    OutgoingState.BOUNCED,
)


@dataclass(frozen=True, slots=True)
class Wait:
    """Why an email waits, and for how long before it is looked at again."""

    why: str
    time: timedelta


def find_wait(outgoing: OutgoingEmail, now: datetime) -> Wait | None:
    """The first rate that the email would be over, if any."""
    return next(waits(outgoing, now), None)


def waits(outgoing: OutgoingEmail, now: datetime) -> Iterator[Wait]:
    """Every rate that the email would be over."""
    account = outgoing.account
    provider = provider_of(account) if account else None
    limits = provider.limits if provider else None
    lately = OutgoingEmail.objects.filter(started_at__gt=now - MINUTE)
    a_minute = min(MOST_A_MINUTE, (limits and limits.messages_a_minute) or MOST_A_MINUTE)
    if lately.filter(account=account).count() >= a_minute:
        yield Wait(f"At most {a_minute} emails a minute go out.", MINUTE)
    if lately.filter(author=outgoing.author_id).count() >= MOST_OF_A_USER:
        yield Wait(f"At most {MOST_OF_A_USER} emails a minute go out for one user.", MINUTE)
    if provider and limits and (a_day := limits.recipients_a_day):
        sent = recipients_of_late(account, now)
        if sent and sent + len(outgoing.recipients) > a_day:
            why = f"{provider.name} takes mail to {a_day} recipients a day. It goes on by itself."
            yield Wait(why, WAIT_FOR_A_DAY)


def recipients_of_late(account: EmailAccount | None, now: datetime) -> int:
    """To how many recipients the account sent from here within a day."""
    sent = OutgoingEmail.objects.filter(
        account=account, started_at__gt=now - DAY, state__in=LEFT_HERE
    )
    number = Func("recipients", function="cardinality", output_field=IntegerField())
    return sent.aggregate(all=Sum(number))["all"] or 0


def most_recipients(account: EmailAccount, most: int) -> int:
    """How many one email may have."""
    provider = provider_of(account)
    return min(most, (provider and provider.limits.recipients_a_message) or most)
