"""Work in a process of its own, killed by SIGKILL before a statement or around a commit.

A fork of the test's process costs milliseconds where a new Python costs a second, so that every
step of a piece of work can be the last one.
"""

import os
import signal
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from torture.kill_points import Points, database_wrapped

Work = Callable[[], object]
Watch = Callable[[Points], AbstractContextManager[None]]


class Fatal(Points):
    """At the fatal point this process is no more."""

    def meet(self, place: str) -> bool:
        """Note a point."""
        if super().meet(place):
            os.kill(os.getpid(), signal.SIGKILL)
        return False


def unwatched(points: Points) -> AbstractContextManager[None]:
    """Nothing but Django's statements and commits is a point."""
    return nullcontext()


def points_of(work: Work, watch: Watch = unwatched) -> int:
    """Do it undisturbed; how many points were met."""
    reading, writing = os.pipe()
    ended = in_a_fork(work, Fatal(None), writing, watch)
    os.close(writing)
    with os.fdopen(reading) as told:
        count = told.read()
    assert ended == 0, "undisturbed, it does not come to its end"
    return int(count)


def killed_at(work: Work, fatal: int, watch: Watch = unwatched) -> bool:
    """Do it until the point is met. Returns whether the process was killed."""
    ended = in_a_fork(work, Fatal(fatal), None, watch)
    assert ended in (0, -signal.SIGKILL), "it failed before it was killed"
    return ended != 0


def in_a_fork(work: Work, points: Fatal, tell: int | None, watch: Watch) -> int:
    """How the process ended: its exit status, or minus the signal."""
    connection.close()
    child = os.fork()
    if child == 0:
        go(work, points, tell, watch)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def go(work: Work, points: Fatal, tell: int | None, watch: Watch) -> None:
    """In the child, which never returns."""
    try:
        # A pool's threads did not come along.
        connection.settings_dict["OPTIONS"].pop("pool", None)
        with database_wrapped(points), watch(points):
            connection_created.connect(watch_statements(points), weak=False)
            work()
        if tell is not None:
            os.write(tell, str(len(points.met)).encode())
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def watch_statements(points: Fatal) -> Callable[..., None]:
    """Have every connection of the child meet a point before each statement."""

    def execute(go_on: Callable[..., Any], sql: str, params: Any, many: bool, at: Any) -> Any:
        points.meet("statement")
        return go_on(sql, params, many, at)

    def opened(connection: BaseDatabaseWrapper, **_: object) -> None:
        connection.execute_wrappers.append(execute)

    return opened
