"""Wait for changes: with IDLE where it is offered, by asking now and then where it is not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Self

from postroom.imap.commands.idle import Idle
from postroom.imap.commands.session import Noop
from postroom.net.imap_exchange import check, exchange, in_time
from postroom.net.imap_wire import ImapWire
from postroom.net.notices import Notice


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
        self._wire.listens(only=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wire.listens(only=False)
        if self._wire.error is None:
            await asyncio.shield(asyncio.ensure_future(self._end()))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notice:
        while True:
            notice = self._wire.notices.take()
            if notice is not None:
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
            check(self._wire, self._idle)
            self._idle = None
            await self._begin()

    async def _begin(self) -> None:
        if not self._can_idle:
            await exchange(self._wire, Noop())
            return
        self._idle = idle = Idle()
        async with in_time(self._wire):
            self._wire.send(idle)
            while not idle.is_accepted and idle.outcome is None:
                await self._wire.activity()
        if idle.outcome is not None:
            self._idle = None
            check(self._wire, idle)

    async def _end(self) -> None:
        idle, self._idle = self._idle, None
        if idle is None or idle.outcome is not None:
            return
        async with in_time(self._wire):
            self._wire.connection.send_done()
            self._wire.flush()
            await self._wire.completed(idle)
