"""A server that plays what no real one will do on demand: one coroutine is its whole script.

It keeps what every client said, in the clear and under TLS apart, so that a test can show what was
never said at all.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from servers.certificates import Certificate


class ClientLeft(Exception):
    """The client closed the connection."""


class Dialogue:
    """One connection, from the server's side."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: "Heard"
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.is_secure = False
        self._log = log

    async def line(self) -> bytes:
        """Return the client's next line without its end. Raises ClientLeft."""
        line = await self.reader.readline()
        self._log.note(line, secure=self.is_secure)
        if not line.endswith(b"\n"):
            raise ClientLeft
        return line.rstrip(b"\r\n")

    async def octets(self, count: int) -> bytes:
        """Return the client's next octets."""
        octets = await self.reader.readexactly(count)
        self._log.note(octets, secure=self.is_secure)
        return octets

    async def command(self) -> tuple[bytes, bytes, bytes]:
        """Return the next command's tag, its word in capitals, and the rest."""
        tag, _, rest = (await self.line()).partition(b" ")
        word, _, rest = rest.partition(b" ")
        return tag, word.upper(), rest

    async def send(self, *lines: bytes) -> None:
        """Send lines, each with its end."""
        await self.send_raw(b"".join(line + b"\r\n" for line in lines))

    async def send_raw(self, octets: bytes) -> None:
        """Send octets as they are."""
        self.writer.write(octets)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    async def start_tls(self, certificate: Certificate) -> None:
        """Put TLS around the connection; the client must do the same now."""
        await self.writer.start_tls(server_context(certificate))
        self.is_secure = True

    def reset(self) -> None:
        """Cut the connection as a broken router would."""
        self.writer.transport.abort()


Script = Callable[[Dialogue], Awaitable[None]]


@dataclass
class Heard:
    """What clients said, all connections together."""

    clear: bytes = b""
    secure: bytes = b""
    connections: int = 0
    failures: list[BaseException] = field(default_factory=list)

    def note(self, octets: bytes, *, secure: bool) -> None:
        """Keep octets a client sent."""
        if secure:
            self.secure += octets
        else:
            self.clear += octets


@dataclass
class ScriptedServer:
    """Where it listens, and what it heard."""

    host: str
    port: int
    heard: Heard


@contextlib.asynccontextmanager
async def scripted(script: Script, tls: Certificate | None = None) -> AsyncIterator[ScriptedServer]:
    """Play `script` to everyone who connects; `tls` from the first octet if given."""
    heard = Heard()
    running: set[asyncio.Task[None]] = set()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        heard.connections += 1
        dialogue = Dialogue(reader, writer, heard)
        dialogue.is_secure = tls is not None
        try:
            await script(dialogue)
        except (ClientLeft, ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            pass
        except Exception as error:
            heard.failures.append(error)
        finally:
            running.discard(task)
            writer.transport.abort()

    context = server_context(tls) if tls else None
    server = await asyncio.start_server(play, "127.0.0.1", 0, ssl=context, limit=2**20)
    try:
        yield ScriptedServer("127.0.0.1", server.sockets[0].getsockname()[1], heard)
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    if heard.failures:
        raise heard.failures[0]


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """Return a server's TLS context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context
