"""One request to a web server on a checked socket: bounded, in time, and never redirected.

For what belongs to mail and is not mail: tokens, discovery. HTTP/1.1 as bytes is h11's; a server's
answer is hostile like every other (RFC 9110, RFC 9112).
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import h11

from postroom.net.dialling import dial
from postroom.net.errors import ConnectionLost, ConnectTimedOut, HostUnknown, ProtocolViolation
from postroom.net.server import AllowedNetworks, Security, Server
from postroom.net.tls import client_context, tls_error

CONNECT_SECONDS: Final = 10.0
_CHUNK: Final = 16 * 1024
_PORTS: Final = {"https": (443, Security.TLS), "http": (80, Security.NONE)}


@dataclass(frozen=True, slots=True)
class WebRequest:
    """What is asked. A repr shows neither headers nor body, which carry secrets."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    seconds: float = 20.0
    largest: int = 256 * 1024


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What came back; its body may be a secret."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def web_server_of(url: str) -> Server:
    """The server that a URL names. Raises HostUnknown for what is no address of a web server."""
    try:
        url.encode("ascii")
        parts = urlsplit(url)
        usual, security = _PORTS[parts.scheme]
        server = Server(parts.hostname or "", parts.port or usual, security)
    except (ValueError, KeyError):
        raise HostUnknown(Server(url[:200], 443, Security.TLS)) from None
    if not server.host or parts.username or parts.password:
        raise HostUnknown(server)
    return server


async def ask_web(request: WebRequest, allowed: AllowedNetworks) -> WebAnswer:
    """Ask once. Raises the failures of `net.errors`; `allowed` must hold the port."""
    server = web_server_of(request.url)
    try:
        async with asyncio.timeout(request.seconds):
            dialled = await dial(server, allowed, CONNECT_SECONDS)
            return await _exchange(request, server, dialled)
    except TimeoutError:
        raise ConnectTimedOut(server) from None


async def _exchange(request: WebRequest, server: Server, dialled: socket.socket) -> WebAnswer:
    is_secure = server.security is Security.TLS
    try:
        reader, writer = await asyncio.open_connection(
            sock=dialled,
            ssl=client_context() if is_secure else None,
            server_hostname=server.host if is_secure else None,
        )
    except OSError as error:
        raise tls_error(error, server) from None
    try:
        return await _speak(request, server, reader, writer)
    except OSError:
        raise ConnectionLost(server) from None
    except h11.ProtocolError:
        raise ProtocolViolation(server) from None
    finally:
        writer.transport.abort()


async def _speak(
    request: WebRequest,
    server: Server,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> WebAnswer:
    wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=64 * 1024)
    target, headers = _target_of(request.url), _headers_of(request, server)
    parts: Sequence[h11.Event] = (
        h11.Request(method=request.method, target=target, headers=headers),
        h11.Data(data=request.body),
        h11.EndOfMessage(),
    )
    writer.write(b"".join(wire.send(part) or b"" for part in parts))
    await writer.drain()
    return await _answer(wire, reader, server, request.largest)


async def _answer(
    wire: h11.Connection, reader: asyncio.StreamReader, server: Server, largest: int
) -> WebAnswer:
    status, headers, body = 0, {}, bytearray()
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            wire.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > largest:
                raise ProtocolViolation(server, "an answer that is too long")
        elif isinstance(event, h11.EndOfMessage):
            return WebAnswer(status, headers, bytes(body))
        elif not isinstance(event, h11.InformationalResponse):
            raise ConnectionLost(server)


def _target_of(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _headers_of(request: WebRequest, server: Server) -> list[tuple[str, str]]:
    host = f"[{server.host}]" if ":" in server.host else server.host
    usual = server.port == _PORTS[urlsplit(request.url).scheme][0]
    return [
        ("Host", host if usual else f"{host}:{server.port}"),
        ("User-Agent", "Postroom"),
        ("Connection", "close"),
        ("Content-Length", str(len(request.body))),
        *request.headers.items(),
    ]
