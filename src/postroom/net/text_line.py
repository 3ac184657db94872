"""Lines over a checked socket, for protocols spoken one question at a time (POP3, SMTP).

The work blocks in a thread, under one deadline. The standard library's smtplib and poplib were
weighed and left: neither takes a socket that was checked nor bounds an answer, but by overriding
their private methods.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from postroom.imap.limits import Limits
from postroom.net.dialling import dial
from postroom.net.errors import ConnectTimedOut, ProtocolViolation
from postroom.net.server import AllowedNetworks, Security, Server
from postroom.net.stages import Stage, reached
from postroom.net.tls import client_context, tls_error

T = TypeVar("T")

_CHUNK = 64 * 1024
# Of a greeting that is none: enough to tell what else answers there.
_FIRST_OCTETS = 300


class LineBroken(Exception):
    """The server went away, sent too much, or not what its protocol knows."""


class TextLine:
    """A connected socket that reads and writes lines; all but `open`, `run` and `cut` block.

    When a deadline passes the socket is shut down, which ends the thread's wait: a server that
    sends an octet now and then cannot hold it.
    """

    def __init__(self, server: Server, limits: Limits, authorities: Path | None) -> None:
        self.server = server
        self.limits = limits
        self._authorities = authorities
        self._socket = socket.socket()
        self._buffer = bytearray()
        self._allowance = limits.line
        self.octets_received = 0
        self.first = b""

    async def open(self, allowed: AllowedNetworks) -> None:
        """Dial the checked address and, for TLS from the first octet, shake hands."""
        self._socket.close()
        self._socket = await dial(self.server, allowed, self.limits.connect_seconds)
        self._socket.settimeout(self.limits.silence_seconds)
        if self.server.security is Security.TLS:
            reached(Stage.ENCRYPTION)
            await self.run(self.secure, self.limits.tls_seconds)
        reached(Stage.GREETING, self.tls_version)

    async def run(self, work: Callable[[], T], seconds: float) -> T:
        """Run `work` in a thread. Raises ConnectTimedOut when it takes longer."""
        task = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            return await asyncio.wait_for(asyncio.shield(task), seconds)
        except TimeoutError:
            self.cut()
            await asyncio.gather(task, return_exceptions=True)
            raise ConnectTimedOut(self.server) from None
        except asyncio.CancelledError:
            self.cut()
            raise

    def cut(self) -> None:
        """End the connection at once. Idempotent."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    @property
    def own_address(self) -> str:
        """The address of our side."""
        return str(self._socket.getsockname()[0])

    @property
    def tls_version(self) -> str:
        """What protects the connection, such as TLSv1.3; empty if nothing does."""
        tls = self._socket
        return (tls.version() or "") if isinstance(tls, ssl.SSLSocket) else ""

    def secure(self) -> None:
        """Put TLS around the socket. Octets that came before it are an attack (NO STARTTLS)."""
        if self._buffer:
            raise ProtocolViolation(self.server)
        context = client_context(self._authorities)
        self._socket.settimeout(self.limits.tls_seconds)
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=self.server.host)
        except OSError as error:
            raise tls_error(error, self.server) from None
        self._socket.settimeout(self.limits.silence_seconds)

    def send(self, octets: bytes) -> None:
        """Send octets as they are. Raises LineBroken."""
        try:
            self._socket.sendall(octets)
        except OSError as error:
            raise LineBroken("cannot send") from error

    def send_line(self, line: str) -> None:
        """Send one line and grant its answer `Limits.line` octets."""
        self.send(line.encode() + b"\r\n")
        self.grant(self.limits.line)

    def grant(self, octets: int) -> None:
        """Let the next answer have this many octets."""
        self._allowance = octets

    def read_line(self) -> bytes:
        """Return the next line without its end. Raises LineBroken."""
        scanned = 0
        while (end := self._buffer.find(b"\n", scanned)) < 0:
            scanned = len(self._buffer)
            if scanned > self._allowance:
                raise LineBroken("too much")
            self._buffer += self._receive()
        self._allowance -= end + 1
        if self._allowance < 0:
            raise LineBroken("too much")
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        return line

    def _receive(self) -> bytes:
        try:
            octets = self._socket.recv(_CHUNK)
        except OSError as error:
            raise LineBroken("cannot receive") from error
        if not octets:
            raise LineBroken("the server closed the connection")
        self.octets_received += len(octets)
        self.first = (self.first + octets)[:_FIRST_OCTETS]
        return octets
