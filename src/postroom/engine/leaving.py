"""The job that deletes a deactivated account's mail, and who starts it.

It carries the lock of the account's keeper, so that it begins when that has ended.
"""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import Deletion, EmailAccount
from postroom.cleanup.deactivating import deactivate
from postroom.cleanup.deleting import delete_next, unfinished_deletions
from postroom.cleanup.space import use_again
from postroom.engine.starting import LOCK, cancel_waiting
from postroom.outbox.decisions import write_decisions
from postroom.outbox.outgoing import forget_outgoing
from postroom.outbox.queue import forget_notices
from postroom.sync.database import in_database
from postroom.team.audit import note
from postroom.team.models import Act


def end_keeping(
    account: EmailAccount, decision: Decision, *, removes_account: bool = False
) -> Deletion:
    """Deactivate the account; its mail is hidden at once, and deleted by `delete_some`."""
    with transaction.atomic():
        deletion = deactivate(account, decision, removes_account=removes_account)
        act = Act.ACCOUNT_REMOVED if removes_account else Act.ACCOUNT_DEACTIVATED
        note(act, decision.by, account, decision.at, decision.because)
        forget_notices(account)
        forget_outgoing(account)
        write_decisions(decision.at)
    cancel_waiting(account.pk)
    return deletion


@app.task(name="postroom.delete_mail", queue="deletions")
async def delete_mail(account_id: int) -> None:
    """Delete the mail of a deactivated account, to the end."""
    while await in_database(delete_next, account_id, timezone.now()):
        pass
    await in_database(use_again)


def start_deleting(account_id: int) -> None:
    """Put the deletion into the queue; asking twice is asking once."""
    job = delete_mail.configure(lock=LOCK.format(account_id), queueing_lock=f"delete:{account_id}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(account_id=account_id)


@app.periodic(cron="* * * * * */5")
@app.task(name="postroom.watch_deletions", queue="watch", queueing_lock="watch-deletions")
async def watch_deletions(timestamp: int) -> None:
    """Go on with deletions that a killed engine or command line left."""
    for account_id in await in_database(unfinished_deletions):
        await in_database(start_deleting, account_id)
