"""How many connections may be open at once: to a server, for an account, and at a server's door.

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

# A start with a thousand accounts would else be a thousand handshakes at once, which servers take
# for an attack (Seen: mail_max_userip_connections, login_process_limit of Dovecot).
AT_A_DOOR: Final = 10


class ConnectionBudget:
    """The places of one process. An account's place is taken before its server's, always."""

    def __init__(
        self,
        per_account: int = PER_ACCOUNT,
        per_server: int = PER_SERVER,
        at_a_door: int = AT_A_DOOR,
    ) -> None:
        self._accounts = _Places(per_account)
        self._servers = _Places(per_server)
        self._doors = _Places(at_a_door)

    @contextlib.asynccontextmanager
    async def place(self, account: Hashable, host: str) -> AsyncIterator[None]:
        """Hold a place for one connection of `account` to `host`, once there is one."""
        async with self._accounts.one(account), self._servers.one(_name_of(host)):
            yield

    @contextlib.asynccontextmanager
    async def door(self, host: str) -> AsyncIterator[None]:
        """Be one of the few who connect and sign in at `host`; as fast as it lets them in."""
        async with self._doors.one(_name_of(host)):
            yield


def _name_of(host: str) -> str:
    return host.strip().lower()


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
