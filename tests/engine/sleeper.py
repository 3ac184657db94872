"""An engine's job that is put to sleep in the midst of its work, and writes when it wakes.

    python sleeper.py ACCOUNT JOB

It prints whether it could write.
"""

import asyncio
import os
import signal
import sys
import time
from datetime import datetime

from postroom.cli.bootstrap import set_up_django

set_up_django()

from django.db import transaction  # noqa: E402 - models need Django first
from django.utils import timezone  # noqa: E402

from postroom.archive.fence import HeldNoMore  # noqa: E402
from postroom.archive.models import Folder  # noqa: E402
from postroom.archive.quarantine import quarantine  # noqa: E402
from postroom.engine import holding  # noqa: E402
from postroom.sync.database import in_database  # noqa: E402

holding.TRUSTED_SECONDS, holding.LOOK_SECONDS = 2.0, 0.5


def fall_asleep() -> None:
    """Go on once it slept: on a busy machine the signal comes a moment after it was sent."""
    awake_at = time.monotonic()
    os.kill(os.getpid(), signal.SIGSTOP)
    while time.monotonic() - awake_at < 1:
        awake_at = time.monotonic()
        time.sleep(0.01)


@transaction.atomic
def write_late(account: int, now: datetime, *, sleeps: bool) -> None:
    if sleeps:
        fall_asleep()
    quarantine(Folder.objects.get(account=account), 1, "It came late.", now, None)


async def work(account: int, job: int, where: str) -> str:
    with holding.HOLDING.by(job):
        watch = asyncio.create_task(holding.HOLDING.watch())
        await asyncio.sleep(1)
        try:
            if where == "before":
                fall_asleep()
            await in_database(write_late, account, timezone.now(), sleeps=where == "amid")
        except HeldNoMore:
            return "held no more"
        finally:
            watch.cancel()
        return "written"


async def play(account: int, job: int, where: str) -> str:
    try:
        return await asyncio.create_task(work(account, job, where))
    except asyncio.CancelledError:
        return "let go"


print(asyncio.run(play(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
