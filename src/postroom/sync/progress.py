"""Keep the numbers of a sync where pages and the terminal can see them."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account
from postroom.archive.models import SyncRun
from postroom.archive.replayable import replayable
from postroom.sync.database import in_database

SECONDS_BETWEEN_NOTES = 0.5
RUNS_KEPT = 20

Watcher = Callable[[SyncRun], None]


class Progress:
    """Counts of one pass; written down at most twice a second."""

    def __init__(self, run: SyncRun, watcher: Watcher | None = None) -> None:
        self.run = run
        self._watcher = watcher
        self._noted_at = 0.0

    async def found(self, *, messages: int = 0, bodies: int = 0) -> None:
        """There is more to do than was known."""
        self.run.messages_found += messages
        self.run.bodies_found += bodies
        await self._note()

    async def done(self, *, messages: int = 0, bodies: int = 0) -> None:
        """This much is recorded."""
        self.run.messages_done += messages
        self.run.bodies_done += bodies
        await self._note()

    async def finish(self, now: datetime) -> None:
        """The pass is complete."""
        self.run.finished_at = now
        await self._note(is_last=True)

    async def _note(self, *, is_last: bool = False) -> None:
        if self._watcher:
            self._watcher(self.run)
        if not self.run.messages_found + self.run.bodies_found:
            return  # A pass that brings nothing writes nothing.
        if is_last or monotonic() - self._noted_at > SECONDS_BETWEEN_NOTES:
            self._noted_at = monotonic()
            await in_database(save, self.run)


@replayable()
def save(run: SyncRun) -> None:
    """Write the numbers and tell the pages."""
    run.save()
    if run.finished_at:
        forget_older(run)
    announce_account(run.account_id)


def forget_older(run: SyncRun) -> None:
    """Keep the latest few runs of an account; every arrival makes one."""
    latest = SyncRun.objects.filter(account=run.account_id).order_by("-started_at")
    kept = list(latest.values_list("pk", flat=True)[:RUNS_KEPT])
    SyncRun.objects.filter(account=run.account_id).exclude(pk__in=kept).delete()


def new_run(account: EmailAccount, now: datetime) -> SyncRun:
    """The numbers at the start."""
    return SyncRun(account=account, started_at=now)
