"""A job that was given to others while it worked ends with one line in the log and no noise."""

import asyncio
import gc
import logging
from collections.abc import Callable
from typing import Any

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob

from postroom.engine.lost_ends import told_in_short
from postroom.sync.database import in_database

pytestmark = pytest.mark.usefixtures("transactional_db")
NOISE = "never retrieved"


@pytest.fixture
def lost_job() -> Any:
    """A job that others take away while it works."""

    async def be_lost(context: Any) -> None:
        jobs = ProcrastinateJob.objects.filter(pk=context.job.id)
        await in_database(jobs._raw_delete, jobs.db)

    task = app.task(name="test.be_lost", pass_context=True)(be_lost)
    yield task
    del app.tasks["test.be_lost"]


def worked(task: Any, noise: list[str], **options: Any) -> None:
    """Have a worker do the job, and hear what asyncio tells of it."""

    async def play() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: noise.append(context["message"])
        )
        connector = app.connector
        assert isinstance(connector, DjangoConnector)
        with app.replace_connector(connector.get_worker_connector()) as worker_app:
            async with worker_app.open_async():
                await task.defer_async()
                await worker_app.run_worker_async(
                    wait=False, delete_jobs="always", install_signal_handlers=False, **options
                )
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(play())


def test_a_lost_job_is_told_of_in_one_line(
    lost_job: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    noise: list[str] = []
    with caplog.at_level(logging.WARNING, "postroom.engine.lost_ends"):
        worked(lost_job, noise, worker_middleware=[told_in_short])
    [line] = [r.message for r in caplog.records if r.name == "postroom.engine.lost_ends"]
    assert "test.be_lost" in line
    assert "was not found" in line
    assert not [one for one in noise if NOISE in one]


def test_without_that_asyncio_tells_of_it_at_length(lost_job: Callable[..., Any]) -> None:
    """The control."""
    noise: list[str] = []
    worked(lost_job, noise)
    assert [one for one in noise if NOISE in one]
