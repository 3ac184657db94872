"""One side of a connection test, from the name to the folders or the size."""

import asyncio
import threading
from typing import Final

from postroom.accounts.models import Security
from postroom.imap.limits import Limits
from postroom.net.errors import ConnectTimedOut, NetError
from postroom.net.stages import Stage, watched
from postroom.setup.failures import failure_of, wrong_port
from postroom.setup.requests import AccountRequest
from postroom.setup.steps import Failure, Side, State, Step, StepReport
from postroom.setup.trying import try_imap, try_outgoing, try_pop

# A server that drips stays within every single bound.
SECONDS: Final = {"imap": 180.0, "pop": 180.0, "smtp": 60.0}
_TRIES: Final = {"imap": try_imap, "pop": try_pop, "smtp": try_outgoing}


class Walk:
    """One side's steps; `reports` gets what happens, and None behind it."""

    def __init__(self, side: Side, request: AccountRequest, limits: Limits) -> None:
        self.side = side
        self.request = request
        self.limits = limits
        self.reports: asyncio.Queue[StepReport | None] = asyncio.Queue()
        self._server = request.server(side)
        self._kind = request.speaks(side)
        self._step = Step.PORT
        self._has_begun = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    async def run(self) -> None:
        """Go through all steps, up to the first that fails."""
        try:
            if failure := wrong_port(self._server, self.side, self._kind):
                self._tell(State.FAILED, failure=failure)
            else:
                await self._try()
        except NetError as error:
            kind, provider = self._kind, self.request.provider_id(self.side)
            failure = failure_of(error, self.side, self._step, kind, provider)
            self._tell(State.FAILED, failure=failure)
        finally:
            self.reports.put_nowait(None)

    async def _try(self) -> None:
        try:
            async with asyncio.timeout(SECONDS[self._kind]):
                with watched(self._watch):
                    detail = await _TRIES[self._kind](self.request, self.limits, self.begin)
        except TimeoutError:
            raise ConnectTimedOut(self._server.server) from None
        self._tell(State.PASSED, detail)

    def begin(self, step: Step, told: str = "") -> None:
        """The step before has passed and found `told`; this one begins."""
        if self._has_begun:
            self._tell(State.PASSED, told)
        if step is Step.GREETING and self._server.security == Security.NONE:
            self._step = Step.ENCRYPTION
            self._tell(State.SKIPPED, "allowed on this network")
        self._step, self._has_begun = step, True
        self._tell(State.BEGUN)

    def _watch(self, stage: Stage, told: str) -> None:
        if threading.get_ident() == self._thread:
            self.begin(Step(stage), told)
        else:  # POP3 and SMTP are spoken in a thread.
            self._loop.call_soon_threadsafe(self.begin, Step(stage), told)

    def _tell(self, state: State, detail: str = "", failure: Failure | None = None) -> None:
        self.reports.put_nowait(StepReport(self.side, self._step, state, detail, failure))
