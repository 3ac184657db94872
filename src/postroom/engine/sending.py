"""Where jobs work that wait for a mail server: for minutes, if it likes (RFC 5321 §4.5.3.2).

They have places and threads of their own. In those of everybody six servers that never answer would
keep every mailbox of the engine, and the watch over killed ones, waiting for ten minutes.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from postroom.sync.database import in_threads

P = ParamSpec("P")
T = TypeVar("T")

SENDING: Final = "sending"  # The queue.
PLACES: Final = 8
THREADS: Final = ThreadPoolExecutor(PLACES, thread_name_prefix=SENDING)


async def at_a_server(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run work that talks to a mail server and writes down what it said."""
    return await in_threads(THREADS, work, *args, **kwargs)
