"""Keep an account in sync: catch up, then hear of changes as they happen.

One connection works, another idles in the Inbox (RFC 2177); the other folders are asked for
their STATUS every 20 seconds. `bell` rings when something here waits to be done there.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.folders import folders_to_sync
from postroom.archive.models import Folder, FolderRole
from postroom.net.imap_client import ImapClient
from postroom.sync.actions import carry_out
from postroom.sync.connecting import signed_in
from postroom.sync.database import in_database
from postroom.sync.once import pass_over
from postroom.sync.parsing import LimitedParser
from postroom.sync.passing import catch_up_in
from postroom.sync.progress import Progress, new_run
from postroom.sync.visit import Clock, Visit

POLL_SECONDS = 20.0
THOROUGH = timedelta(minutes=10)


async def keep_in_sync(
    account: EmailAccount, clock: Clock, bell: asyncio.Event, seconds: float
) -> None:
    """Keep the account in sync for so many seconds, or until it is paused.

    Raises the failures of `net.errors`; whoever called decides when to try again.
    """
    parser = LimitedParser()
    try:
        async with signed_in(account) as worker:
            keeper = Keeper(account, worker, clock, parser)
            await keeper.look_at_everything()
            async with watching_inbox(account) as watch, until(seconds):
                while await is_active(account):
                    is_inbox = await first_of(watch.changed, bell)
                    watch.check()
                    await (keeper.look_at_inbox() if is_inbox else keeper.look_at_everything())
    finally:
        parser.close()


@asynccontextmanager
async def until(seconds: float) -> AsyncIterator[None]:
    """End the body after so many seconds, wherever it waits; steps are safe to repeat."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            yield


class Keeper:
    """The passes over one account, on its working connection."""

    def __init__(
        self, account: EmailAccount, client: ImapClient, clock: Clock, parser: LimitedParser
    ) -> None:
        self._account = account
        self._client = client
        self._clock = clock
        self._parser = parser
        self._compared_at: datetime | None = None

    async def look_at_everything(self) -> None:
        """Folders whose counts moved, and now and then every folder."""
        now = self._clock()
        is_thorough = self._compared_at is None or now - self._compared_at > THOROUGH
        await pass_over(self._visit(is_thorough=is_thorough))
        if is_thorough:
            self._compared_at = now

    async def look_at_inbox(self) -> None:
        """The Inbox alone: something happened there this moment."""
        visit = self._visit(is_thorough=False)
        await carry_out(visit)
        inbox = await in_database(find_inbox, self._account)
        await catch_up_in(visit, [inbox] if inbox else [])

    def _visit(self, *, is_thorough: bool) -> Visit:
        progress = Progress(new_run(self._account, self._clock()))
        return Visit(self._account, self._client, self._clock, progress, self._parser, is_thorough)


class InboxWatch:
    """What a second connection hears of the Inbox; `changed` is set at every notice."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self._hearing: asyncio.Task[None] | None = None

    def start(self, watcher: ImapClient, inbox: Folder) -> None:
        """Begin to listen; the end of listening counts as a change, so that it is noticed."""
        self._hearing = asyncio.create_task(hear(watcher, inbox, self.changed))
        self._hearing.add_done_callback(lambda _: self.changed.set())

    async def stop(self) -> None:
        """End listening; the connection's own end is told by `check`."""
        if self._hearing:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)

    def check(self) -> None:
        """Raise what ended the listening, if it ended."""
        if self._hearing and self._hearing.done():
            self._hearing.result()


@asynccontextmanager
async def watching_inbox(account: EmailAccount) -> AsyncIterator[InboxWatch]:
    """Listen to the Inbox beside the work; servers without IDLE are polled only."""
    watch = InboxWatch()
    inbox = await in_database(find_inbox, account)
    if inbox is None:
        yield watch
        return
    async with signed_in(account) as watcher:
        if "IDLE" in watcher.capabilities:
            watch.start(watcher, inbox)
        try:
            yield watch
        finally:
            await watch.stop()


async def hear(watcher: ImapClient, inbox: Folder, changed: asyncio.Event) -> None:
    """Idle in the Inbox and set the event at every notice."""
    await watcher.examine(inbox.name)
    changed.set()  # Whatever came between the pass and now.
    async with watcher.idle() as notices:
        async for _ in notices:
            changed.set()


async def first_of(inbox_changed: asyncio.Event, bell: asyncio.Event) -> bool:
    """Wait for either event or the next poll; True if only the Inbox is to be looked at."""
    waits = [asyncio.create_task(event.wait()) for event in (inbox_changed, bell)]
    try:
        await asyncio.wait(waits, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    is_inbox = inbox_changed.is_set() and not bell.is_set()
    inbox_changed.clear()
    bell.clear()
    return is_inbox


def find_inbox(account: EmailAccount) -> Folder | None:
    """The account's Inbox, if it is synced."""
    return next((f for f in folders_to_sync(account) if f.role == FolderRole.INBOX), None)


async def is_active(account: EmailAccount) -> bool:
    """Whether nobody paused or deactivated the account meanwhile."""
    await account.arefresh_from_db(fields=["activation"])
    return account.activation == Activation.ACTIVE
