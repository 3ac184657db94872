"""Run the engine: one Procrastinate worker for jobs, one listener for bells, and who lets go."""

import asyncio
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from postroom import engine
from postroom.engine.bells import BELLS
from postroom.engine.holding import HOLDING
from postroom.engine.lost_ends import told_in_short
from postroom.engine.tasks import STALLED_SECONDS
from postroom.sync.parsing import SHARED

HEARTBEAT_SECONDS = 3.0
GRACE_SECONDS = 3.0
SPARE_JOBS = 8


def know_every_job() -> None:
    """Load all of this room: a job in a module that nobody loaded would never run."""
    for found in iter_modules(engine.__path__, f"{engine.__name__}."):
        import_module(found.name)


async def run_engine(accounts: int) -> None:
    """Work until told to stop; keeps at most so many accounts at a time."""
    know_every_job()
    connector = app.connector
    assert isinstance(connector, DjangoConnector)  # noqa: S101 - what its Django app installs
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        async with worker_app.open_async():
            tasks = BELLS.listen(), HOLDING.watch(), SHARED.end_what_is_idle()
            beside = [asyncio.create_task(one) for one in tasks]
            try:
                await worker_app.run_worker_async(
                    concurrency=accounts + SPARE_JOBS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    shutdown_graceful_timeout=GRACE_SECONDS,
                    fetch_job_polling_interval=1.0,
                    delete_jobs="always",
                    worker_middleware=[told_in_short],
                )
            finally:
                for task in beside:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
