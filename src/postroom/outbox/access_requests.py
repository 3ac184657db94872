"""The email that tells an owner that colleagues ask for access: how many, never to what.

Batched: a few minutes after the first request, and not more than once an hour for a mailbox.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from postroom.accounts.models import AccessRequest, Activation, Answer, EmailAccount
from postroom.outbox.links import url_of
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Link, Words
from postroom.team.counted import counted
from postroom.team.models import User

GATHERED = timedelta(minutes=3)
PAUSE = timedelta(hours=1)


def write_access_requests(now: datetime) -> int:
    """Write to every owner whom somebody asked and who was not told. Returns how many."""
    return sum(tell(account, now) for account in untold(now))


def untold(now: datetime) -> list[EmailAccount]:
    """The mailboxes with requests of which their owners were not told, nor of others just now."""
    waiting = AccessRequest.objects.filter(answer=Answer.WAITING, told_at=None)
    just_told = AccessRequest.objects.filter(told_at__gt=now - PAUSE)
    return list(
        EmailAccount.objects.filter(
            pk__in=waiting.filter(asked_at__lte=now - GATHERED).values("account"),
            owner__is_active=True,
        )
        .exclude(pk__in=just_told.values("account"))
        .exclude(activation=Activation.DEACTIVATED)
        .select_related("owner")
    )


@transaction.atomic
def tell(account: EmailAccount, now: datetime) -> bool:
    """Write one email about all that wait."""
    waiting = account.requests.filter(answer=Answer.WAITING, told_at=None)
    asked = list(waiting.select_for_update(of=("self",)).select_related("asked_by"))
    if not asked:
        return False
    AccessRequest.objects.filter(pk__in=[each.pk for each in asked]).update(told_at=now)
    return write(letter_of(account, asked), now)


def letter_of(account: EmailAccount, asked: Sequence[AccessRequest]) -> Letter:
    """Who asks, and where to answer."""
    askers = list(dict.fromkeys(each.asked_by for each in asked))
    number = counted(len(askers), "colleague asks", "colleagues ask")
    return Letter(
        key=f"requests:{account.pk}:{max(each.pk for each in asked)}",
        account=account,
        subject=f"{number} for access to your emails",
        parts=[
            Words(f"Hello {account.owner},"),
            Words(
                f"{names_of(askers)} ask{'s' if len(askers) == 1 else ''} to read"
                f" {counted(len(asked), 'email')} in {account.address} of which you share only a"
                " part. Nobody sees more until you say so."
            ),
            Link("Allow or decline", url_of("requests")),
            Words("You get at most one such email an hour for a mailbox."),
        ],
    )


def names_of(users: Sequence[User], most: int = 5) -> str:
    """Some names in a row."""
    names = [str(user) for user in users[:most]]
    if more := len(users) - most:
        names += [counted(more, "other")] if more > 0 else []
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
