"""Run the engine: workers for accounts, mail servers and the rest; bells, and who lets go."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from importlib import import_module
from pkgutil import iter_modules

from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.signals import on_stop

from postroom import engine
from postroom.engine.bells import BELLS
from postroom.engine.holding import HOLDING
from postroom.engine.lost_ends import told_in_short
from postroom.engine.sending import PLACES, SENDING
from postroom.engine.starting import QUEUE
from postroom.engine.tasks import STALLED_SECONDS
from postroom.sync.parsing import SHARED

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 3.0
GRACE_SECONDS = 3.0
OTHER_JOBS = 8
REST_SECONDS = 1.0


def know_every_job() -> None:
    """Load all of this room: a job in a module that nobody loaded would never run."""
    for found in iter_modules(engine.__path__, f"{engine.__name__}."):
        import_module(found.name)


async def run_engine(accounts: int) -> None:
    """Work until told to stop; keeps at most so many accounts at a time.

    Accounts have a worker of their own. Their jobs last an hour: where there are more of them than
    places, they would take those of everything else, and nothing were sent meanwhile. So has what
    waits for mail servers.
    """
    know_every_job()
    connector = app.connector
    assert isinstance(connector, DjangoConnector)  # noqa: S101 - what its Django app installs
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        async with worker_app.open_async():
            other = {task.queue for task in worker_app.tasks.values()} - {QUEUE, SENDING}
            await until_told(
                worker(worker_app, {QUEUE}, accounts),
                worker(worker_app, {SENDING}, PLACES),
                worker(worker_app, other, OTHER_JOBS),
                going_on(BELLS.listen),
                going_on(HOLDING.watch),
                going_on(SHARED.end_what_is_idle),
            )


def worker(worker_app: App, queues: Collection[str], jobs: int) -> Coroutine[None, None, None]:
    """A worker that does the jobs of these queues, so many at a time."""
    return worker_app.run_worker_async(
        queues=sorted(queues),
        concurrency=jobs,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        shutdown_graceful_timeout=GRACE_SECONDS,
        fetch_job_polling_interval=1.0,
        delete_jobs="always",
        worker_middleware=[told_in_short],
        install_signal_handlers=False,
    )


async def until_told(*parts: Coroutine[None, None, None]) -> None:
    """Run all of them until a signal comes or one of them ends; then end the others."""
    stopping = asyncio.Event()
    with on_stop(stopping.set):
        tasks = [asyncio.create_task(one) for one in (*parts, wait_for(stopping))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def wait_for(event: asyncio.Event) -> None:
    """Wait for an event."""
    await event.wait()


async def going_on(work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Do what never ends. What it did not expect does not end it either: nobody would notice."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("%s met what it did not expect, and begins anew", work.__qualname__)
            await asyncio.sleep(REST_SECONDS)
