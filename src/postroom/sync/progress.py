"""Keep the numbers of a sync where pages and the terminal can see them."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from postroom.accounts.models import Activation, EmailAccount
from postroom.accounts.traffic import allowed_octets, count_octets, used_octets
from postroom.archive.announce import announce_account
from postroom.archive.models import SyncRun
from postroom.archive.replayable import replayable
from postroom.sync.budget import Budget, DayUsedUp, Meter, PauseAsked
from postroom.sync.database import in_database
from postroom.sync.pace import Pace
from postroom.sync.planning import existing_mail_of, recorded_in

SECONDS_BETWEEN_NOTES = 0.5
RUNS_KEPT = 20

Watcher = Callable[[SyncRun], None]


class Progress:
    """Counts of one pass; written down at most twice a second.

    At the same moments it looks whether the pass is to end early: the day's budget is used up,
    or, where `heeds_pause`, somebody paused the account.
    """

    def __init__(
        self, run: SyncRun, watcher: Watcher | None = None, *, heeds_pause: bool = False
    ) -> None:
        self.run = run
        self._watcher = watcher
        self._heeds_pause = heeds_pause
        self._budget: Budget | None = None
        self._messages = Pace(monotonic())
        self._bodies = Pace(monotonic())
        self._noted_at = 0.0
        self._is_paused = False

    async def budget(self, meter: Meter) -> Budget:
        """The day's budget; it is opened when there first is something to bring."""
        if self._budget is None:
            self._budget = await in_database(open_budget, self.run)
        self._budget.measure(meter)
        return self._budget

    @property
    def is_held_back(self) -> bool:
        """Whether existing mail had to wait for another day."""
        return self._budget is not None and self._budget.left_out

    async def found(self, *, messages: int = 0, bodies: int = 0) -> None:
        """There is more to do than was known."""
        self.run.messages_found += messages
        self.run.bodies_found += bodies
        await self._note()

    async def done(self, *, messages: int = 0, bodies: int = 0) -> None:
        """This much is recorded. Raises HeldBack when enough is."""
        run, now = self.run, monotonic()
        run.messages_done += messages
        run.bodies_done += bodies
        self._messages.note(run.messages_done, now)
        self._bodies.note(run.bodies_done, now)
        run.messages_rate, run.bodies_rate = self._messages.rate(now), self._bodies.rate(now)
        await self._note()
        await self._end_if_due()

    async def finish(self, now: datetime) -> None:
        """The pass is complete."""
        self.run.finished_at = now
        await self._note(at_once=True)

    async def _note(self, *, at_once: bool = False) -> None:
        if self._watcher:
            self._watcher(self.run)
        if not self.run.messages_found + self.run.bodies_found:
            return  # A pass that brings nothing writes nothing.
        if at_once or monotonic() - self._noted_at > SECONDS_BETWEEN_NOTES:
            self._noted_at = monotonic()
            octets = self._unwritten_octets()
            self._is_paused = not await in_database(save, self.run, octets)

    async def _end_if_due(self) -> None:
        if self._heeds_pause and self._is_paused:
            raise PauseAsked
        if self._budget is None:
            return
        self._budget.count()
        if self._budget.ends_now():
            await self._note(at_once=True)
            raise DayUsedUp

    def _unwritten_octets(self) -> int:
        if self._budget is None:
            return 0
        self._budget.count()
        return self._budget.take_unwritten()


@replayable()
def save(run: SyncRun, octets: int) -> bool:
    """Write the numbers and tell the pages. Returns whether nobody paused the account."""
    run.save()
    if octets:
        count_octets(run.account_id, run.started_at.date(), octets)
    if run.finished_at:
        forget_older(run)
    announce_account(run.account_id)
    active = EmailAccount.objects.filter(pk=run.account_id, activation=Activation.ACTIVE)
    return active.exists()


def forget_older(run: SyncRun) -> None:
    """Keep the latest few runs of an account; every arrival makes one."""
    latest = SyncRun.objects.filter(account=run.account_id).order_by("-started_at")
    kept = list(latest.values_list("pk", flat=True)[:RUNS_KEPT])
    SyncRun.objects.filter(account=run.account_id).exclude(pk__in=kept).delete()


def open_budget(run: SyncRun) -> Budget:
    """What is left of the day on which the run began; and, before a first sync, what lies ahead."""
    account, day = run.account, run.started_at.date()
    account.refresh_from_db(fields=["octets_a_day", "traffic_day", "traffic_octets"])
    if account.first_complete_at is None:
        run.messages_before = recorded_in(account)
        run.messages_planned = existing_mail_of(account)
    return Budget(allowed_octets(account), used_octets(account, day))


def new_run(account: EmailAccount, now: datetime) -> SyncRun:
    """The numbers at the start."""
    return SyncRun(account=account, started_at=now)
