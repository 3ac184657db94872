"""Tells whoever tries a connection how far it came: name, address, port, encryption, greeting.

A context variable, not a parameter: it would go through ten signatures that have no use for it.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from enum import StrEnum


class Stage(StrEnum):
    """What is being done on the way to a connection on which one may sign in."""

    LOOKUP = "lookup"
    ADDRESS = "address"
    PORT = "port"
    ENCRYPTION = "encryption"
    GREETING = "greeting"
    CAPABILITIES = "capabilities"


Watcher = Callable[[Stage, str], None]

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


def reached(stage: Stage, told: str = "") -> None:
    """Say that `stage` begins, and what the one before it found out."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher(stage, told)


@contextlib.contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Let `watcher` hear of every stage in here. It may be called in another thread."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)
