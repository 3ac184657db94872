"""The jobs. Procrastinate decides where they run; its locks keep an account with one engine.

`keep_account` is one long job an account; every five seconds `watch_accounts` looks for jobs that a
killed engine left.
"""

import logging
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status

from postroom.accounts.lifecycle import meet_trouble
from postroom.accounts.models import Activation, EmailAccount, Protocol
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.archive.announce import announce_account
from postroom.archive.fence import HeldNoMore
from postroom.engine.attempts import find_wait
from postroom.engine.bells import BELLS
from postroom.engine.holding import HOLDING, job_at_work
from postroom.engine.starting import KEEP_ACCOUNT, LOCK, QUEUE
from postroom.sync.database import in_database
from postroom.sync.keeping import keep_in_sync
from postroom.sync.polling import keep_polling
from postroom.sync.troubles import trouble_of

log = logging.getLogger(__name__)

SECONDS_HELD = 3600.0
STALLED_SECONDS = 12.0  # A killed engine's accounts are free after this.


@app.task(name=KEEP_ACCOUNT, queue=QUEUE)
async def keep_account(account_id: int, failures: int = 0) -> None:
    """Keep one account in sync for a while, then let a successor go on (here or elsewhere)."""
    account = await EmailAccount.objects.filter(pk=account_id).afirst()
    if account is None or account.activation != Activation.ACTIVE:
        return
    if account.trouble in NEEDS_A_PERSON:
        return
    keep = keep_polling if account.protocol == Protocol.POP else keep_in_sync
    job = await in_database(job_at_work, LOCK.format(account_id))
    with HOLDING.by(job), BELLS.of(account_id) as bell:
        try:
            await keep(account, timezone.now, bell, seconds_held())
        except HeldNoMore:
            await go_on(account_id, failures, 0)
        except Exception as error:
            kind, sentence = trouble_of(error)
            await in_database(note_trouble, account, kind, sentence, timezone.now())
            if (seconds := find_wait(kind, failures)) is not None:
                await go_on(account_id, failures + 1, seconds)
        else:
            await go_on(account_id, 0, 0)


def seconds_held() -> float:
    """An hour, or up to a quarter less: who began together is not handed over together."""
    return SECONDS_HELD * random.uniform(0.75, 1.0)  # noqa: S311 - spreads load, guards nothing


def note_trouble(account: EmailAccount, kind: str, sentence: str, now: datetime) -> None:
    """Remember on the account what was met, and tell the log and open pages."""
    meet_trouble(account, kind, sentence, now)
    announce_account(account.pk)
    log.warning("%s: %s", account, sentence)


async def go_on(account_id: int, failures: int, seconds: float) -> None:
    """Defer the successor; it starts when this job has ended, not before."""
    lock = LOCK.format(account_id)
    job = keep_account.configure(
        lock=lock, queueing_lock=lock, schedule_in={"seconds": round(seconds)}
    )
    with suppress(AlreadyEnqueued):
        await job.defer_async(account_id=account_id, failures=failures)


@app.periodic(cron="* * * * * */5")
@app.task(name="postroom.watch_accounts", queue="watch", queueing_lock="watch")
async def watch_accounts(timestamp: int) -> None:
    """Take over from killed engines, and see to it that every active account has its job.

    Without a lock: a watch killed at its work would hold it, and no other could come to its aid.
    """
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        # Not retried: its successor may wait already, and of two alike one is refused. And another
        # engine's watch may have been faster, which must not keep this one from the others.
        with suppress(ConnectorException):
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    async for account_id in without_a_job():
        await go_on(account_id, 0, 0)


async def without_a_job() -> AsyncIterator[int]:
    """Active accounts for which no job waits or runs."""
    jobs = ProcrastinateJob.objects.filter(
        task_name=keep_account.name, status__in=("todo", "doing")
    )
    kept = {job["account_id"] async for job in jobs.values_list("args", flat=True)}
    active = EmailAccount.objects.filter(activation=Activation.ACTIVE)
    async for account in active.exclude(trouble__in=NEEDS_A_PERSON).exclude(pk__in=kept):
        yield account.pk
