"""Where jobs work that wait for a mail server: for minutes, if it likes (RFC 5321 §4.5.3.2).

They have places and threads of their own. In those of everybody six servers that never answer would
keep every mailbox of the engine, and the watch over killed ones, waiting for ten minutes.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from asgiref.sync import sync_to_async

from postroom.sync.database import on_a_live_connection

P = ParamSpec("P")
T = TypeVar("T")

SENDING: Final = "sending"  # The queue.
PLACES: Final = 8
THREADS: Final = ThreadPoolExecutor(PLACES, thread_name_prefix=SENDING)


async def at_a_server(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run work that talks to a mail server and writes down what it said."""
    ask = sync_to_async(on_a_live_connection, thread_sensitive=False, executor=THREADS)
    return await ask(work, args, kwargs)
