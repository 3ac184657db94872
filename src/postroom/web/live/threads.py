"""Ask the database from the event loop without holding a connection while a page is open.

Open pages are many and mostly silent, so they share a few threads: a page that has something to
ask waits its turn, and its connection goes back when it has the answer.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


async def ask(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that queries in one of the threads."""

    def run() -> T:
        close_old_connections()
        try:
            return question(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(THREADS, run)
