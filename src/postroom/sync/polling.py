"""Keep a POP3 account in sync: a short session every five minutes.

An open session locks the mailbox for every other program (RFC 1939 §3), so none is kept open.
"""

import asyncio
from contextlib import suppress

from postroom.accounts.models import EmailAccount
from postroom.sync.bodies import due_by_folder
from postroom.sync.budget import PauseAsked
from postroom.sync.database import in_database
from postroom.sync.inquiring import find_inquiries
from postroom.sync.keeping import is_active, until
from postroom.sync.once import one_pass
from postroom.sync.parsing import SHARED
from postroom.sync.progress import Progress, new_run
from postroom.sync.storage import mark_due
from postroom.sync.visit import Clock

POLL_SECONDS = 300.0


async def keep_polling(
    account: EmailAccount, clock: Clock, bell: asyncio.Event, seconds: float
) -> None:
    """Poll the account for so many seconds, or until it is paused.

    Raises the failures of `net.errors`; whoever called decides when to try again.
    """
    async with until(seconds):
        while await is_active(account):
            with suppress(PauseAsked):
                progress = Progress(new_run(account, clock()), heeds_pause=True)
                await one_pass(account, clock, progress, SHARED)
                await next_poll(account, bell)


async def next_poll(account: EmailAccount, bell: asyncio.Event) -> None:
    """Wait for the next poll; a bell is worth one only if mail is awaited, or to see the end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(POLL_SECONDS):
            while True:
                await bell.wait()
                bell.clear()
                await in_database(mark_due, account)
                if await in_database(is_awaited, account) or not await is_active(account):
                    return


def is_awaited(account: EmailAccount) -> bool:
    """Whether a body is due, or mail of which nothing was kept is with somebody known by now."""
    return bool(due_by_folder(account) or find_inquiries(account))
