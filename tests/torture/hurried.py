"""An event loop on which nobody waits in vain: when all wait, its clock goes on at once.

For tests in which client and server share a loop. A server that never answers then costs what an
honest one does, with the limits that users have, and a slow machine changes nothing.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final

# What was written to a socket of this machine is there at once; this is for the kernel's grace.
_UNDER_WAY: Final = 0.02


class HurriedLoop(asyncio.SelectorEventLoop):
    """Its time is the machine's and whatever waiting was left out."""

    def __init__(self) -> None:
        self.left_out = 0.0
        self.at_work: set[asyncio.Future[Any]] = set()
        super().__init__(_Impatient(self))

    def time(self) -> float:
        """Now, for all who wait."""
        return super().time() + self.left_out

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, work: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """Have a thread do something; while it does, time passes as it does elsewhere."""
        future = super().run_in_executor(executor, work, *args)
        self.at_work.add(future)
        future.add_done_callback(self.at_work.discard)
        return future


class _Impatient(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Leaves out the time until the next timer if nothing comes before."""

    def __init__(self, loop: HurriedLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        """Return what is ready."""
        if timeout is None or timeout < _UNDER_WAY or self._loop.at_work:
            return super().select(timeout)
        ready = super().select(_UNDER_WAY)
        if not ready:
            self._loop.left_out += timeout
        return ready
