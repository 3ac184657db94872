"""Work that goes on beside the main line, one piece at a time."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Self


class OneBeside:
    """Runs one piece of work beside its block; the next piece waits for the one before.

    A failure surfaces where the next piece begins, or at the end. Where the block fails, what was
    begun is finished: it came before. Where the block is cancelled, so is what still runs.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def begin(self, work: Coroutine[None, None, None]) -> None:
        """Start a piece of work when the one before is done."""
        try:
            await self._finish()
        except BaseException:
            work.close()
            raise
        self._task = asyncio.ensure_future(work)

    async def _finish(self) -> None:
        task, self._task = self._task, None
        if task:
            await task

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and self._task:
            if not isinstance(error, Exception):
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            return
        await self._finish()
