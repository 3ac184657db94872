"""Shares and grants that are for a time: open pages are told when one ends.

The rule itself asks for the time (`until > now`), so that nobody sees more meanwhile; this is for
pages that stand open and ask nothing.
"""

from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

from postroom.accounts.shares import announce_sharing, anything_ended
from postroom.sync.database import in_database

EVERY = timedelta(seconds=15)


@app.periodic(cron="* * * * * */15")
@app.task(name="postroom.tell_of_share_ends", queue="post", queueing_lock="share_ends")
async def tell_of_share_ends(timestamp: int) -> None:
    """Announce what ended since the tick before; the stretches of the ticks meet one another."""
    await in_database(tell_of_ends, datetime.fromtimestamp(timestamp, UTC))


def tell_of_ends(tick: datetime) -> None:
    """The same, of the stretch that ends with this tick."""
    if anything_ended(tick - EVERY, tick):
        announce_sharing()
