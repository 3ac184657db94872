"""What changed in the open mailbox, as told while we listen: hints to look, never the truth."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Self

from postroom.imap.commands.idle import Idle
from postroom.imap.commands.session import Noop
from postroom.imap.responses import Exists, Expunged, FetchedMessage, Response, StatusOf, Vanished
from postroom.net.imap_wire import ImapWire
from postroom.net.refusals import error_for_command


@dataclass(frozen=True, slots=True)
class FlagsChanged:
    """A message's flags are now these; servers may leave its UID out."""

    uid: int | None
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class ElsewhereChanged:
    """Another mailbox changed; its name as on the wire (RFC 5465)."""

    wire_name: bytes


Notice = Exists | Expunged | FlagsChanged | Vanished | ElsewhereChanged


class Listening(AsyncIterator[Notice]):
    """Notices until the block is left; the connection is usable again afterwards.

    IDLE is ended and begun again every `renew` seconds. Without IDLE, NOOP is said every `poll`
    seconds. Cancelling the wait is safe.
    """

    def __init__(self, wire: ImapWire, *, renew: float, poll: float) -> None:
        self._wire = wire
        self._renew = renew
        self._poll = poll
        self._idle: Idle | None = None
        offered = wire.connection.capabilities
        self._can_idle = not offered.isdisjoint(("IDLE", "IMAP4REV2"))

    async def __aenter__(self) -> Self:
        await self._begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._wire.error is None:
            await asyncio.shield(asyncio.ensure_future(self._end()))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notice:
        while True:
            for notice in drain(self._wire):
                return notice
            await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._renew if self._can_idle else self._poll):
                await self._wire.activity()
        except TimeoutError:
            await self._end()
            await self._begin()
        if self._idle is not None and self._idle.outcome is not None:
            # Seen: servers that end IDLE by themselves.
            self._check(self._idle)
            self._idle = None
            await self._begin()

    async def _begin(self) -> None:
        if not self._can_idle:
            await self._ask(Noop())
            return
        self._idle = idle = Idle()
        self._wire.send(idle)
        async with asyncio.timeout(self._wire.limits.command_seconds):
            while not idle.is_accepted and idle.outcome is None:
                await self._wire.activity()
        if idle.outcome is not None:
            self._idle = None
            self._check(idle)

    async def _end(self) -> None:
        idle, self._idle = self._idle, None
        if idle is None or idle.outcome is not None:
            return
        self._wire.connection.send_done()
        self._wire.flush()
        async with asyncio.timeout(self._wire.limits.command_seconds):
            await self._wire.completed(idle)

    async def _ask(self, command: Noop) -> None:
        self._wire.send(command)
        async with asyncio.timeout(self._wire.limits.command_seconds):
            await self._wire.completed(command)

    def _check(self, idle: Idle) -> None:
        server = self._wire.server
        if idle.outcome is not None and idle.outcome.kind != "OK":
            raise error_for_command(idle.outcome, server.host, server.port)


def drain(wire: ImapWire) -> Iterator[Notice]:
    """Yield the notices that are here already."""
    while wire.notices:
        notice = _notice(wire.notices.popleft())
        if notice is not None:
            yield notice


def _notice(response: Response) -> Notice | None:
    match response:
        case Exists() | Expunged() | Vanished():
            return response
        case FetchedMessage(uid=uid, flags=frozenset() as flags):
            return FlagsChanged(uid or None, flags)
        case StatusOf(wire_name=wire_name):
            return ElsewhereChanged(wire_name)
    return None
