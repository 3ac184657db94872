"""The job that reads mail for search: one at a time, beside the accounts' own jobs."""

from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from postroom.archive.search import accounts_due
from postroom.sync.database import in_database
from postroom.sync.indexing import index_some
from postroom.sync.parsing import SHARED

LOCK = "search"
BATCHES_IN_TURN = 10  # Then the next account: a new mailbox keeps nobody's mail of today waiting.


@app.periodic(cron="* * * * * */5")
@app.task(name="postroom.watch_search", queue="watch", queueing_lock="watch-search")
async def watch_search(timestamp: int) -> None:
    """Have read what is not searchable yet, whatever left it so."""
    if await in_database(accounts_due):
        with suppress(AlreadyEnqueued):
            await index_mail.configure(lock=LOCK, queueing_lock=LOCK).defer_async()


@app.task(name="postroom.index_mail", queue="search")
async def index_mail() -> None:
    """Read mail for search until all is read, a few batches of each account in turn."""
    while due := await in_database(accounts_due):
        for account_id in due:
            await in_database(index_some, account_id, SHARED, BATCHES_IN_TURN)
