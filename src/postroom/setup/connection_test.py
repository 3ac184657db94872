"""Try a mailbox's servers step by step, and tell of each step as it happens.

Nothing is saved and nothing is sent. The password is tried once at each server: whoever saves the
account afterwards does not sign in again.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator
from typing import Final

from postroom.accounts.models import Security
from postroom.imap.limits import Limits
from postroom.net.errors import ConnectTimedOut, NetError
from postroom.net.stages import Stage, watched
from postroom.setup.failures import failure_of
from postroom.setup.requests import AccountRequest, ServerAddress
from postroom.setup.steps import Side, State, Step, StepReport
from postroom.setup.trying import try_incoming, try_outgoing

# Somebody waits; a server that answers at all answers within these.
PATIENCE: Final = Limits(connect_seconds=30, greeting_seconds=16, command_seconds=60)
OUTGOING_SECONDS: Final = 30.0


async def try_connection(request: AccountRequest) -> AsyncGenerator[StepReport]:
    """Read as the sync will, then sign in as a sender would; yields what happens when it does.

    Stops at the first incoming step that fails. An outgoing one that fails stands in nobody's way.
    """
    sides: tuple[Side, ...] = ("incoming", "outgoing") if request.smtp else ("incoming",)
    for side in sides:
        async with contextlib.aclosing(reports_of(side, request)) as reports:
            async for report in reports:
                yield report
                if report.failure and side == "incoming":
                    return


async def reports_of(side: Side, request: AccountRequest) -> AsyncGenerator[StepReport]:
    """Walk one side in a task of its own, so that every step is told while the next one runs."""
    walk = Walk(side, request)
    task = asyncio.create_task(walk.run())
    try:
        while (report := await walk.reports.get()) is not None:
            yield report
        await task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Walk:
    """One side's steps; `reports` gets what happens, and None behind it."""

    def __init__(self, side: Side, request: AccountRequest) -> None:
        self.side = side
        self.request = request
        self.reports: asyncio.Queue[StepReport | None] = asyncio.Queue()
        self._step: Step | None = None
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    async def run(self) -> None:
        """Go through all steps, up to the first that fails."""
        try:
            with watched(self._watch):
                await self._try()
        except NetError as error:
            self._tell(State.FAILED, error=error)
        finally:
            self.reports.put_nowait(None)

    async def _try(self) -> None:
        request = self.request
        if self.side == "incoming":
            detail = await try_incoming(request, PATIENCE, self.begin)
        else:
            detail = await self._try_to_send()
        self._tell(State.PASSED, detail)

    async def _try_to_send(self) -> str:
        try:
            async with asyncio.timeout(OUTGOING_SECONDS):
                return await try_outgoing(self.request, PATIENCE, self.begin)
        except TimeoutError:
            raise ConnectTimedOut(self._server.server) from None

    def begin(self, step: Step, told: str = "") -> None:
        """The step before has passed and found `told`; this one begins."""
        if self._step is not None:
            self._tell(State.PASSED, told)
        if step is Step.GREETING and self._server.security == Security.NONE:
            self._step = Step.ENCRYPTION
            self._tell(State.SKIPPED)
        self._step = step
        self._tell(State.BEGUN)

    @property
    def _server(self) -> ServerAddress:
        smtp = self.request.smtp if self.side == "outgoing" else None
        return smtp or self.request.incoming

    def _watch(self, stage: Stage, told: str) -> None:
        if threading.get_ident() == self._thread:
            self.begin(Step(stage), told)
        else:  # POP3 and SMTP are spoken in a thread.
            self._loop.call_soon_threadsafe(self.begin, Step(stage), told)

    def _tell(self, state: State, detail: str = "", error: NetError | None = None) -> None:
        step = self._step or Step.LOOKUP
        failure = failure_of(error, self.side, self.request.protocol) if error else None
        self.reports.put_nowait(StepReport(self.side, step, state, detail, failure))
