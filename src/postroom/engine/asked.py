"""Jobs that a person asked for and waits to see: compare now, try again what was set aside.

A killed one is not begun anew by itself: who waits asks again, and every step is safe to repeat.
"""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from postroom.accounts.models import EmailAccount
from postroom.sync.budget import PauseAsked
from postroom.sync.comparing import compare_as_asked
from postroom.sync.database import in_database
from postroom.sync.retrying import retry_as_asked


@app.task(name="postroom.compare_account", queue="asked")
async def compare_account(account_id: int) -> None:
    """Compare an account with its server, UID by UID."""
    if account := await EmailAccount.objects.filter(pk=account_id).afirst():
        await compare_as_asked(account, timezone.now)


@app.task(name="postroom.retry_quarantine", queue="asked")
async def retry_quarantine(account_id: int) -> None:
    """Try the messages again that someone pointed at."""
    if account := await EmailAccount.objects.filter(pk=account_id).afirst():
        with suppress(PauseAsked):
            await in_database(retry_as_asked, account, timezone.now)


def start_comparing(account: EmailAccount) -> None:
    """Put the comparison into the queue; asking twice is asking once."""
    lock = f"compare:{account.pk}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        compare_account.configure(lock=lock, queueing_lock=lock).defer(account_id=account.pk)


def start_retrying(account: EmailAccount) -> None:
    """Put the retries into the queue; one that waits will do all of them."""
    lock = f"retry:{account.pk}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        retry_quarantine.configure(lock=lock, queueing_lock=lock).defer(account_id=account.pk)
