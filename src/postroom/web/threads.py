"""Ask the database from the event loop without a connection for every open page.

Open pages are many and mostly silent, so they share a few threads, each with a connection that
stays open: to connect anew for each question would cost more than the question.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


async def ask(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that queries in one of the threads."""
    asked = partial(answer, partial(question, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(THREADS, asked)


async def ask_once(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that queries, before there is a page to keep a connection for."""
    return await asyncio.to_thread(answer_and_leave, partial(question, *args, **kwargs))


def answer(question: Callable[[], T]) -> T:
    """Ask; once more on a new connection when the database was away since the last time."""
    try:
        return question()
    except (OperationalError, InterfaceError):
        connection.close()
        return question()


def answer_and_leave(question: Callable[[], T]) -> T:
    """Ask, and give the connection back."""
    try:
        return question()
    finally:
        connection.close()
