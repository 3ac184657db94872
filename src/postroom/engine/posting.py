"""The jobs of the outbox: write what there is to tell, and send what is due.

What there is to tell is read from the accounts themselves, so a crash between an event and its
notice loses nothing.
"""

from contextlib import suppress
from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from postroom.engine.sending import SENDING, SHARES, at_a_server
from postroom.outbox.access_requests import write_access_requests
from postroom.outbox.confirmations import write_confirmations
from postroom.outbox.decisions import write_decisions
from postroom.outbox.digests import write_digests
from postroom.outbox.incidents import write_incidents
from postroom.outbox.preparations import write_preparations
from postroom.outbox.queue import due_notices
from postroom.outbox.response_watches import write_response_watches
from postroom.outbox.sending import send_notice
from postroom.sync.database import in_database

NOTICES = ("notices",)  # Most go by one server.


@app.periodic(cron="* * * * * */5")
@app.task(name="postroom.write_notices", queue="post", queueing_lock="post")
async def write_notices(timestamp: int) -> None:
    """Write what nobody was told yet, and have everything sent that is due."""
    waiting = await in_database(waiting_notices, timezone.now())
    for notice_id in waiting if SHARES.have_room(NOTICES) else ():
        lock = f"notice:{notice_id}"
        with suppress(AlreadyEnqueued):
            job = send.configure(lock=lock, queueing_lock=lock)
            await job.defer_async(notice_id=notice_id)


@app.task(name="postroom.send_notice", queue=SENDING)
async def send(notice_id: int) -> None:
    """Try to send one notice; one that fails becomes due again."""
    with SHARES.place(NOTICES) as is_free:
        if is_free:
            await at_a_server(send_notice, notice_id, timezone.now)


def waiting_notices(now: datetime) -> list[int]:
    """The ids of what is to be sent, what is written this moment included."""
    write_confirmations(now)
    write_incidents(now)
    write_preparations(now)
    write_decisions(now)
    write_access_requests(now)
    write_response_watches(now)
    write_digests(now)
    return due_notices(now)
