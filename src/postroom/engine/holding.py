"""An engine holds an account as long as the job is its own, and lets go when it is not.

Who was silent too long counts as killed, and its jobs are given to others: a machine that slept, or
had no time. When it wakes it still holds its connections, and nobody else would tell it. Until it
has asked, its own clock tells that it does not know, and nothing is done for its accounts.
"""

import asyncio
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError
from procrastinate.contrib.django.models import ProcrastinateJob

from postroom.archive.fence import HOLD, Hold
from postroom.sync.database import in_threads

LOOK_SECONDS = 2.0
# Of an answer, from when it was asked. Who gave a sign of life three seconds before that counts as
# killed nine after it (`tasks.STALLED_SECONDS`).
TRUSTED_SECONDS = 8.0
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Counts while the machine sleeps.
# In the threads of everybody the question would wait behind the mail of all accounts.
THREAD = ThreadPoolExecutor(1, thread_name_prefix="holding")


class Holding(Hold):
    """The jobs of this process that hold something."""

    def __init__(self) -> None:
        self._tasks: dict[int, asyncio.Task[object]] = {}
        self._asked_at = 0.0
        self._answered = asyncio.Event()

    @contextmanager
    def by(self, job_id: int | None) -> Iterator[None]:
        """Hold something in the present task, as this job; who is no job holds it for ever."""
        task = asyncio.current_task()
        if job_id is None or task is None:
            yield
            return
        if not self._tasks:
            self._asked_at = now()
        self._tasks[job_id] = task
        before = HOLD.set(self)
        try:
            yield
        finally:
            HOLD.reset(before)
            del self._tasks[job_id]

    def is_certain(self) -> bool:
        """Whether it is so short ago that the jobs were its own that they are so still."""
        return now() - self._asked_at < TRUSTED_SECONDS

    async def until_certain(self) -> None:
        """Wait for the next answer, if the last one is too old."""
        while not self.is_certain():
            await self._answered.wait()

    async def watch(self) -> None:
        """Let go of what is lost, for ever. Without a database nobody knows."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            asked_at = now()
            if held := list(self._tasks):
                with suppress(DatabaseError, InterfaceError):
                    self.let_go(set(held) - await in_threads(THREAD, still_at_work, held))
                    self._note_answer(asked_at)

    def _note_answer(self, asked_at: float) -> None:
        self._asked_at = asked_at
        self._answered.set()
        self._answered = asyncio.Event()

    def let_go(self, lost: Collection[int]) -> None:
        """End the jobs that were given to others."""
        for job_id in lost:
            if task := self._tasks.get(job_id):
                task.cancel()


def now() -> float:
    """The time of a clock that goes on whatever sleeps."""
    return time.clock_gettime(CLOCK)


def job_at_work(lock: str) -> int | None:
    """The one job that has this lock now."""
    jobs = ProcrastinateJob.objects.filter(lock=lock, status="doing")
    return jobs.values_list("pk", flat=True).first()


def still_at_work(job_ids: Collection[int]) -> set[int]:
    """Those of the jobs that nobody took from their worker."""
    jobs = ProcrastinateJob.objects.filter(pk__in=job_ids, status="doing", worker__isnull=False)
    return set(jobs.values_list("pk", flat=True))


HOLDING = Holding()
