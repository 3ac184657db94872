"""The submission server in a thread of its own, for tests that block."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from servers.certificates import Certificate
from servers.submission import Submission, submission


@contextmanager
def submission_beside(
    users: dict[str, str], *, starttls: Certificate | None = None
) -> Iterator[Submission]:
    """Run a submission server until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="submission", daemon=True)
    thread.start()
    serving = submission(users, starttls=starttls)
    try:
        yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
