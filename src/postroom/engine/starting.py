"""An account's job is put into the queue, and taken out of it while it waits.

By the job's name, so that whoever only asks for it need not load what it does.
"""

from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from postroom.accounts.models import EmailAccount

KEEP_ACCOUNT, QUEUE = "postroom.keep_account", "accounts"
LOCK = "account:{}"


def start_keeping(account: EmailAccount) -> None:
    """Put the account's job into the queue, to begin at once; asking twice is asking once.

    An attempt that waits for a better time gives way: someone has just mended what was wrong.
    """
    lock = LOCK.format(account.pk)
    cancel_waiting(account.pk)
    job = app.configure_task(KEEP_ACCOUNT, queue=QUEUE, lock=lock, queueing_lock=lock)
    with suppress(AlreadyEnqueued):
        job.defer(account_id=account.pk)


def cancel_waiting(account_id: int) -> None:
    """Cancel the account's attempt that waits for a better time, if one does."""
    waiting = ProcrastinateJob.objects.filter(
        queueing_lock=LOCK.format(account_id), status="todo", scheduled_at__isnull=False
    )
    for job_id in waiting.values_list("pk", flat=True):
        app.job_manager.cancel_job_by_id(job_id, delete_job=True)
