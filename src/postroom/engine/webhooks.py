"""The jobs of webhooks: gather every five seconds, post one after the other to each address.

A slow receiver keeps nobody waiting but itself: the wait for its answer holds no thread.
"""

from contextlib import suppress
from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from postroom.sync.database import in_database
from postroom.webhooks.gathering import gather_all
from postroom.webhooks.posting import claim, due_deliveries, forget_old, note_outcome, post


@app.periodic(cron="* * * * * */5")
@app.task(name="postroom.see_to_webhooks", queue="post", queueing_lock="webhooks")
async def see_to_webhooks(timestamp: int) -> None:
    """Lay ready what is to be told, and have posted what is due."""
    for pk, webhook_id in await in_database(seen_to, timezone.now()):
        with suppress(AlreadyEnqueued):
            job = post_delivery.configure(
                lock=f"webhook:{webhook_id}", queueing_lock=f"delivery:{pk}"
            )
            await job.defer_async(delivery_id=pk)


@app.task(name="postroom.post_delivery", queue="post")
async def post_delivery(delivery_id: int) -> None:
    """Try to post one delivery."""
    request = await in_database(claim, delivery_id, timezone.now())
    if request is not None:
        outcome = await post(request)
        await in_database(note_outcome, delivery_id, outcome, timezone.now())


def seen_to(now: datetime) -> list[tuple[int, int]]:
    """What is due, what was gathered this moment included."""
    gather_all(now)
    forget_old(now)
    return due_deliveries(now)
