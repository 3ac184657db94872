"""Run the engine: one Procrastinate worker for jobs, one listener for bells."""

import asyncio
from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from postroom.engine import (  # so that the worker knows their jobs
    asked,  # noqa: F401
    leaving,  # noqa: F401
    outgoing,  # noqa: F401
    posting,  # noqa: F401
    ruling,  # noqa: F401
    searching,  # noqa: F401
    share_ends,  # noqa: F401
    webhooks,  # noqa: F401
)
from postroom.engine.bells import BELLS
from postroom.engine.tasks import STALLED_SECONDS

HEARTBEAT_SECONDS = 3.0
GRACE_SECONDS = 3.0
SPARE_JOBS = 8


async def run_engine(accounts: int) -> None:
    """Work until told to stop; keeps at most so many accounts at a time."""
    connector = app.connector
    assert isinstance(connector, DjangoConnector)  # noqa: S101 - what its Django app installs
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        async with worker_app.open_async():
            listening = asyncio.create_task(BELLS.listen())
            try:
                await worker_app.run_worker_async(
                    concurrency=accounts + SPARE_JOBS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    shutdown_graceful_timeout=GRACE_SECONDS,
                    fetch_job_polling_interval=1.0,
                    delete_jobs="always",
                )
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening
