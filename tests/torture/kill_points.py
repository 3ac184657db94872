"""Where a pass can be killed: before and after each commit, at each network write and read.

Nothing in the product knows of this: the event loop's side of the connection and Django's are
wrapped here. A killed pass does nothing more, to the wire or to the database; a *cut* one loses its
connection and may do what it likes about it.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any
from unittest import mock

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from postroom.net.imap_wire import ImapWire


class Fault(Enum):
    """What happens at a point."""

    KILL = "kill"
    CUT = "cut"


class Killed(BaseException):
    """This process is no more."""


class Points:
    """Counts the points of a pass, and does its worst at one of them."""

    def __init__(self, fatal: int | None = None, fault: Fault = Fault.KILL) -> None:
        self.fatal = fatal
        self.fault = fault
        self.met: list[str] = []
        self.has_struck = False
        self.is_dead = False
        self.victim: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

    def begin(self, victim: "asyncio.Task[None]") -> None:
        """This task is what a kill ends."""
        self.victim, self._loop = victim, victim.get_loop()

    def meet(self, place: str) -> bool:
        """Note a point; True if this is the one. Only network points can be cut."""
        with self._lock:
            self.met.append(place)
            is_fatal = len(self.met) == self.fatal
            self.has_struck = self.has_struck or is_fatal
        if is_fatal and self.fault is Fault.KILL:
            self.is_dead = True
            if self._loop and self.victim:
                self._loop.call_soon_threadsafe(self.victim.cancel)
        return is_fatal

    def around(self, place: str, work: Callable[[], Any]) -> Any:
        """Do something with a point before and one after it."""
        self.check()
        self.meet(f"before {place}")
        self.check()
        done = work()
        self.meet(f"after {place}")
        self.check()
        return done

    def check(self) -> None:
        """Raise if the process is dead; a thread of it may not know yet."""
        if self.is_dead:
            raise Killed


@contextmanager
def wrapped(points: Points) -> Iterator[None]:
    """Have every connection of this process meet its points."""
    with database_wrapped(points), wire_wrapped(points):
        yield


@contextmanager
def database_wrapped(points: Points) -> Iterator[None]:
    """Meet a point before and after every commit."""
    commit = BaseDatabaseWrapper._commit

    def execute(go_on: Callable[..., Any], sql: str, params: Any, many: bool, at: Any) -> Any:
        points.check()
        # Outside a transaction every statement that writes is its own commit.
        if at["connection"].in_atomic_block or sql.startswith(("SELECT", "SET")):
            return go_on(sql, params, many, at)
        return points.around("statement", lambda: go_on(sql, params, many, at))

    def opened(connection: BaseDatabaseWrapper, **_: object) -> None:
        if execute not in connection.execute_wrappers:
            connection.execute_wrappers.append(execute)

    connection_created.connect(opened)
    try:
        with mock.patch.object(
            BaseDatabaseWrapper,
            "_commit",
            lambda connection: points.around("commit", lambda: commit(connection)),
        ):
            yield
    finally:
        connection_created.disconnect(opened)


@contextmanager
def wire_wrapped(points: Points) -> Iterator[None]:
    """Meet a point at every write and read of the network."""
    connected, receive = ImapWire.connection_made, ImapWire.data_received

    def made(wire: ImapWire, transport: asyncio.Transport) -> None:
        connected(wire, Speaking(transport, points))

    def received(wire: ImapWire, octets: bytes) -> None:
        if points.is_dead:
            return
        if not points.meet("read"):
            receive(wire, octets)
        elif points.fault is Fault.CUT and wire._transport:
            wire._transport.abort()

    with (
        mock.patch.object(ImapWire, "connection_made", made),
        mock.patch.object(ImapWire, "data_received", received),
    ):
        yield


class Speaking(asyncio.Transport):
    """A transport whose every write is a point."""

    def __init__(self, transport: asyncio.Transport, points: Points) -> None:
        super().__init__()
        self._transport = transport
        self._points = points

    def write(self, octets: bytes) -> None:  # type: ignore[override]
        """Write, unless this is where it ends: then before, or after the octets are out."""
        if self._points.is_dead:
            return
        if self._points.meet("write"):
            if self._points.fault is Fault.CUT:
                self._transport.write(octets[: len(octets) // 2])
                self._transport.close()
            return
        self._transport.write(octets)

    def abort(self) -> None:
        """Cut."""
        self._transport.abort()

    def close(self) -> None:
        """Close."""
        self._transport.close()

    def pause_reading(self) -> None:
        """Stop reading."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._transport.resume_reading()
