"""A job whose end could not be written down: it was given to others, or the database is away.

Procrastinate has the failure end the job's own task, on which nobody waits; asyncio then tells of
an exception that was never retrieved, with pages of a trace. What there is to know is one line.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

log = logging.getLogger(__name__)

LOST = "Job %s (%s) is over, and its end could not be written down: %s"


async def told_in_short(
    work: Callable[[], Awaitable[object]], context: JobContext, worker: Worker
) -> object:
    """Do a job's work; whatever comes after it is heard."""
    if task := asyncio.current_task():
        task.add_done_callback(partial(tell, context.job.id, context.job.task_name))
    return await work()


def tell(job_id: int | None, name: str, task: "asyncio.Task[object]") -> None:
    """One line, if the job's task failed."""
    if not task.cancelled() and (error := task.exception()):
        cause = str(error.__cause__ or error).partition("\n")[0]
        log.warning(LOST, job_id, name, cause)
