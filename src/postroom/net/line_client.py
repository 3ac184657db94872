"""What a POP3 and an SMTP client share: how they connect, work in time, and leave."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from postroom.imap.limits import Limits
from postroom.net.credentials import Credential
from postroom.net.errors import ConnectionLost, ConnectTimedOut, NetError
from postroom.net.first_words import error_for_silence
from postroom.net.server import AllowedNetworks, Server
from postroom.net.text_line import LineBroken, TextLine

T = TypeVar("T")


class LineClient(ABC):
    """One connection; its methods are called one after the other."""

    def __init__(self, line: TextLine) -> None:
        """Wrap an open line; use `connect`."""
        self._line = line
        self._server = line.server

    @classmethod
    async def connect(
        cls,
        server: Server,
        allowed: AllowedNetworks,
        *,
        limits: Limits | None = None,
        authorities: Path | None = None,
    ) -> Self:
        """Reach the server as its `security` demands and learn what it offers."""
        line = TextLine(server, limits or Limits(), authorities)
        client = cls(line)
        try:
            await line.open(allowed)
            await client._greet_in_time()
        except BaseException:
            line.cut()
            raise
        return client

    async def _greet_in_time(self) -> None:
        line = self._line
        try:
            await line.run(self._greet, line.limits.greeting_seconds + line.limits.tls_seconds)
        except ConnectTimedOut:
            raise error_for_silence(line.server, line.first) from None

    async def sign_in(self, credential: Credential) -> None:
        """Sign in. Never retries. Raises SignInRefused and kin."""
        await self._run(lambda: self._sign_in(credential))

    async def sign_out(self) -> None:
        """Say goodbye and close; a server that does not answer is left anyway."""
        with contextlib.suppress(NetError, LineBroken):
            await self._line.run(self._quit, self._line.limits.goodbye_seconds)
        self._line.cut()

    async def _run(self, work: Callable[[], T]) -> T:
        """Do what blocks in a thread, in the time of one command."""
        try:
            return await self._line.run(work, self._line.limits.command_seconds)
        except LineBroken:
            self._line.cut()
            raise ConnectionLost(self._server) from None

    @abstractmethod
    def _greet(self) -> None: ...

    @abstractmethod
    def _sign_in(self, credential: Credential) -> None: ...

    @abstractmethod
    def _quit(self) -> None: ...
