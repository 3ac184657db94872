"""Listen to a mail server on a connection of its own, while another works.

The Inbox by IDLE (RFC 2177), every folder where the server has NOTIFY (RFC 5465). What is
heard is a hint to look, never the truth.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from postroom.accounts.models import EmailAccount
from postroom.archive.folders import folders_to_sync
from postroom.archive.models import Folder, FolderRole
from postroom.net.errors import CommandRefused
from postroom.net.imap_client import ImapClient
from postroom.net.notices import ElsewhereChanged
from postroom.sync.connecting import signed_in
from postroom.sync.database import in_database
from postroom.sync.visit import Clock


class Watch:
    """What the second connection hears: `changed` is set for the Inbox, the bell for the rest."""

    def __init__(self, bell: asyncio.Event) -> None:
        self.changed = asyncio.Event()
        self._bell = bell
        self._hearing: asyncio.Task[None] | None = None

    def start(self, watcher: ImapClient, inbox: Folder) -> None:
        """Begin to listen; the end of listening counts as a change, so that it is noticed."""
        self._hearing = asyncio.create_task(self._hear(watcher, inbox))
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

    async def _hear(self, watcher: ImapClient, inbox: Folder) -> None:
        await watcher.examine(inbox.name)
        if "NOTIFY" in watcher.capabilities:
            with suppress(CommandRefused):
                await watcher.notify()
        self.changed.set()  # Whatever came between the pass and now.
        async with watcher.idle() as notices:
            async for notice in notices:
                (self._bell if isinstance(notice, ElsewhereChanged) else self.changed).set()


@asynccontextmanager
async def watching(
    account: EmailAccount, clock: Clock, bell: asyncio.Event
) -> AsyncIterator[Watch]:
    """Listen beside the work; servers without IDLE are polled only."""
    watch = Watch(bell)
    inbox = await in_database(find_inbox, account)
    if inbox is None:
        yield watch
        return
    async with signed_in(account, clock) as watcher:
        if "IDLE" in watcher.capabilities:
            watch.start(watcher, inbox)
        try:
            yield watch
        finally:
            await watch.stop()


def find_inbox(account: EmailAccount) -> Folder | None:
    """The account's Inbox, if it is synced."""
    return next((f for f in folders_to_sync(account) if f.role == FolderRole.INBOX), None)
