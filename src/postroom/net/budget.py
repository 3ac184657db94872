"""How many connections may be open at once: to a server, and for an account.

Servers count ours: Gmail allows fifteen for all programs of an account together, Dovecot ten for
each address. Who finds no place waits; places go in the order of asking.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from typing import Final

PER_ACCOUNT: Final = 2
PER_SERVER: Final = 500


class ConnectionBudget:
    """The places of one process. An account's place is taken before its server's, always."""

    def __init__(self, per_account: int = PER_ACCOUNT, per_server: int = PER_SERVER) -> None:
        self._accounts = _Places(per_account)
        self._servers = _Places(per_server)

    @contextlib.asynccontextmanager
    async def place(self, account: Hashable, host: str) -> AsyncIterator[None]:
        """Hold a place for one connection of `account` to `host`, once there is one."""
        async with self._accounts.one(account), self._servers.one(host.strip().lower()):
            yield


class _Places:
    """A number of places for each key; a key nobody wants takes no memory."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._gates: dict[Hashable, asyncio.Semaphore] = {}
        self._wanted: Counter[Hashable] = Counter()

    @contextlib.asynccontextmanager
    async def one(self, key: Hashable) -> AsyncIterator[None]:
        gate = self._gates.setdefault(key, asyncio.Semaphore(self._number))
        self._wanted[key] += 1
        try:
            async with gate:
                yield
        finally:
            self._wanted[key] -= 1
            if not self._wanted[key]:
                del self._wanted[key], self._gates[key]
