"""Keep an account in sync: catch up, then hear of changes as they happen.

One connection works and listens by turns. Where the server does not tell of every folder, all are
asked for their STATUS every 20 seconds, and Sent ever so often while somebody looks. `bell` rings
when something here waits to be done there.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from postroom.accounts.models import Activation, EmailAccount
from postroom.imap.capabilities import Tier
from postroom.net.imap_client import ImapClient
from postroom.oauth.tokens import session_seconds
from postroom.sync.actions import carry_out
from postroom.sync.bell import Bell
from postroom.sync.budget import HeldBack
from postroom.sync.connecting import signed_in
from postroom.sync.database import in_database
from postroom.sync.once import pass_over
from postroom.sync.parsing import SHARED, LimitedParser
from postroom.sync.passing import catch_up_in
from postroom.sync.progress import Progress, new_run
from postroom.sync.visit import Clock, Visit
from postroom.sync.watching import Heard, Watch, find_inbox

# With MODSEQ a light look sees flags too; every hand-over compares all the same.
THOROUGH = timedelta(minutes=10)
THOROUGH_WITH_MODSEQ = timedelta(hours=1)


async def keep_in_sync(account: EmailAccount, clock: Clock, bell: Bell, seconds: float) -> None:
    """Keep the account in sync for so many seconds, or until it is paused.

    Ends early when the day's budget is used up; called again, it keeps new mail in sync.
    Raises the failures of `net.errors`; whoever called decides when to try again.
    """
    with suppress(HeldBack):
        async with signed_in(account, clock) as client:
            keeper, watch = Keeper(account, client, clock, SHARED), Watch(client, account, bell)
            # Servers end a session with its token (Seen: Gmail), so it is ended before.
            here = await in_database(session_seconds, account, clock())
            await keeper.look_at_everything()
            async with until(min(seconds, here)):
                await watch.begin()
                while await is_active(account):
                    await keeper.look(await watch.hear(SHARED))


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

    async def look(self, heard: Heard) -> None:
        """Where something happened; everywhere if nobody can tell."""
        if heard == Heard(inbox=True):
            await self.look_at_inbox()
        else:
            await self.look_at_everything(is_called=heard.bell)

    async def look_at_everything(self, *, is_called: bool = False) -> None:
        """Folders whose counts moved, and now and then every folder."""
        now = self._clock()
        pause = THOROUGH if self._client.tier == Tier.PLAIN else THOROUGH_WITH_MODSEQ
        is_thorough = self._compared_at is None or now - self._compared_at > pause
        await pass_over(self._visit(is_thorough=is_thorough, is_called=is_called))
        if is_thorough:
            self._compared_at = now

    async def look_at_inbox(self) -> None:
        """The Inbox alone: something happened there this moment."""
        visit = self._visit(is_thorough=False)
        await carry_out(visit)
        inbox = await in_database(find_inbox, self._account)
        await catch_up_in(visit, [inbox] if inbox else [])
        await visit.progress.finish(self._clock())

    def _visit(self, *, is_thorough: bool, is_called: bool = False) -> Visit:
        progress = Progress(new_run(self._account, self._clock()), heeds_pause=True)
        return Visit(
            self._account,
            self._client,
            self._clock,
            progress,
            self._parser,
            is_thorough=is_thorough,
            is_called=is_called,
        )


async def is_active(account: EmailAccount) -> bool:
    """Whether nobody paused or deactivated the account meanwhile."""
    await in_database(account.refresh_from_db, fields=["activation"])
    return account.activation == Activation.ACTIVE
