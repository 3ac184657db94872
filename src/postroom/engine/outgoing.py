"""The jobs of what people send: one at a time for an account, so no server sees two at once."""

from contextlib import suppress
from datetime import datetime
from functools import partial

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from postroom.engine.sending import SENDING, SHARES, at_a_server_of, shares_of
from postroom.outbox.away import meet_automatic_replies
from postroom.outbox.bounces import meet_reports
from postroom.outbox.draft_copies import accounts_with_drafts, see_to_drafts_of
from postroom.outbox.handing_over import due_copies, keep_copy_of, send_outgoing
from postroom.outbox.outgoing import due_outgoing, meet_interrupted, reconcile
from postroom.outbox.scheduling import release_scheduled
from postroom.sync.database import in_database

LOCK = "sending:{}"


@app.periodic(cron="* * * * * */2")
@app.task(name="postroom.see_to_outgoing", queue="post", queueing_lock="outgoing")
async def see_to_outgoing(timestamp: int) -> None:
    """Have everything sent that is due, and see what became of what was interrupted."""
    due, copies = await in_database(seen_to, timezone.now())
    shares = await in_database(shares_of, [account_id for _, account_id in (*due, *copies)])
    for task, name, emails in ((send, "outgoing", due), (keep, "copy", copies)):
        for pk, account_id in emails:
            if SHARES.have_room(shares.get(account_id, ())):
                await put(task, f"{name}:{pk}", account_id, pk)


@app.periodic(cron="* * * * * */20")
@app.task(name="postroom.meet_reports", queue="post", queueing_lock="reports")
async def see_to_reports(timestamp: int) -> None:
    """Read what machines answer to what was sent: mail servers, and who is away."""
    await in_database(meet_reports, timezone.now())
    await in_database(meet_automatic_replies, timezone.now())


@app.periodic(cron="* * * * * */30")
@app.task(name="postroom.see_to_drafts", queue="post", queueing_lock="drafts")
async def see_to_drafts(timestamp: int) -> None:
    """Have drafts that were left put into their mailboxes, and superseded ones put away."""
    for account_id in await in_database(accounts_with_drafts, timezone.now()):
        lock = f"drafts:{account_id}"
        with suppress(AlreadyEnqueued):
            job = keep_drafts.configure(lock=lock, queueing_lock=lock)
            await job.defer_async(account_id=account_id)


@app.task(name="postroom.keep_drafts", queue=SENDING)
async def keep_drafts(account_id: int) -> None:
    """See to the drafts of one mailbox."""
    await at_a_server_of(account_id, partial(see_to_drafts_of, account_id, timezone.now))


@app.task(name="postroom.send_outgoing", queue=SENDING)
async def send(outgoing_id: int, account_id: int = 0) -> None:
    """Try to send one email; once it went, its copy follows at once, for who looks elsewhere."""
    await at_a_server_of(
        account_id,
        partial(send_outgoing, outgoing_id, timezone.now),
        partial(keep_copy_of, outgoing_id, timezone.now),
    )


@app.task(name="postroom.keep_copy", queue=SENDING)
async def keep(outgoing_id: int, account_id: int = 0) -> None:
    """Keep the copy of one sent email."""
    await at_a_server_of(account_id, partial(keep_copy_of, outgoing_id, timezone.now))


async def put(task: object, once: str, account_id: int, pk: int) -> None:
    """Put a job into the queue unless it waits there."""
    with suppress(AlreadyEnqueued):
        job = task.configure(lock=LOCK.format(account_id), queueing_lock=once)  # type: ignore[attr-defined]
        await job.defer_async(outgoing_id=pk, account_id=account_id)


def seen_to(now: datetime) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """What is due, and whose copies are."""
    running = ProcrastinateJob.objects.filter(task_name="postroom.send_outgoing", status="doing")
    meet_interrupted([job["outgoing_id"] for job in running.values_list("args", flat=True)], now)
    reconcile(now)
    release_scheduled(now)
    return due_outgoing(now), due_copies(now)
