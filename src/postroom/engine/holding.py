"""An engine holds an account as long as the job is its own, and lets go when it is not.

Who was silent too long counts as killed, and its jobs are given to others: a machine that slept, or
had no time. When it wakes it still holds its connections, and nobody else would tell it.
"""

import asyncio
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError
from procrastinate.contrib.django.models import ProcrastinateJob

from postroom.sync.database import in_threads

LOOK_SECONDS = 2.0
# In the threads of everybody the question would wait behind the mail of all accounts.
THREAD = ThreadPoolExecutor(1, thread_name_prefix="holding")


class Holding:
    """The jobs of this process that hold something."""

    def __init__(self) -> None:
        self._tasks: dict[int, asyncio.Task[object]] = {}

    @contextmanager
    def by(self, job_id: int | None) -> Iterator[None]:
        """Hold something in the present task, as this job; who is no job holds it for ever."""
        task = asyncio.current_task()
        if job_id is None or task is None:
            yield
            return
        self._tasks[job_id] = task
        try:
            yield
        finally:
            del self._tasks[job_id]

    async def watch(self) -> None:
        """Let go of what is lost, for ever. Without a database nobody knows."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if held := list(self._tasks):
                with suppress(DatabaseError, InterfaceError):
                    self.let_go(set(held) - await in_threads(THREAD, still_at_work, held))

    def let_go(self, lost: Collection[int]) -> None:
        """End the jobs that were given to others."""
        for job_id in lost:
            if task := self._tasks.get(job_id):
                task.cancel()


def job_at_work(lock: str) -> int | None:
    """The one job that has this lock now."""
    jobs = ProcrastinateJob.objects.filter(lock=lock, status="doing")
    return jobs.values_list("pk", flat=True).first()


def still_at_work(job_ids: Collection[int]) -> set[int]:
    """Those of the jobs that nobody took from their worker."""
    jobs = ProcrastinateJob.objects.filter(pk__in=job_ids, status="doing", worker__isnull=False)
    return set(jobs.values_list("pk", flat=True))


HOLDING = Holding()
