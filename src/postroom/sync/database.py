"""Call the archive from the event loop: Django's ORM blocks, so it runs in a thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from postroom.archive.fence import HOLD, AccountClosed
from postroom.sync.budget import PauseAsked

P = ParamSpec("P")
T = TypeVar("T")


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking database work beside the event loop and wait for it.

    What a server answered to an engine that slept is not acted upon before it knows that it still
    holds the account.
    """
    await HOLD.get().until_certain()
    return await in_threads(None, work, *args, **kwargs)


async def in_threads(
    threads: ThreadPoolExecutor | None, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """The same in threads of its own; None is those few that all mailboxes share."""
    run = sync_to_async(on_a_live_connection, thread_sensitive=False, executor=threads)
    return await run(work, args, kwargs)


def on_a_live_connection(
    work: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
) -> T:
    """Do it here and now, whatever became of the connection that this thread had."""
    # A thread of the pool may hold a connection that died while it was idle.
    close_old_connections()
    try:
        return work(*args, **kwargs)
    except AccountClosed:
        raise PauseAsked from None
    finally:
        close_old_connections()
