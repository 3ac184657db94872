"""Fetch one small public page over HTTPS, on a socket whose address was checked.

A redirect is another server: looked up, checked and dialled anew, by HTTPS only, twice at most.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

import h11

from postroom.net.dialling import dial
from postroom.net.errors import NoSuchPage, NotAWebServer, PageNotAllowed
from postroom.net.server import AllowedNetworks, Security, Server
from postroom.net.tls import client_context, tls_error

BODY_MAX: Final = 64 * 1024
SECONDS: Final = 4.0
REDIRECTS_MAX: Final = 2
_HEADER_MAX: Final = 16 * 1024
_URL_MAX: Final = 2_000
_CHUNK: Final = 16 * 1024
_HTTPS: Final = 443
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class Page:
    """What came, and from where in the end."""

    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    location: str
    body: bytes


async def fetch_page(url: str, allowed: AllowedNetworks, seconds: float = SECONDS) -> Page:
    """Return the page at `url`. Raises the NetError that says why not; TimeoutError if too slow."""
    async with asyncio.timeout(seconds):
        for _ in range(REDIRECTS_MAX + 1):
            server, target = _place(url)
            answer = await _get(server, target, allowed, seconds)
            if answer.status == 200:
                return Page(url, answer.body)
            if answer.status not in _REDIRECTS or not answer.location:
                raise NoSuchPage(server)
            url = urljoin(url, answer.location)
            # A stranger's redirect leads to the public internet, whatever else is allowed here.
            allowed = replace(allowed, networks=())
        raise PageNotAllowed(server)


def _place(url: str) -> tuple[Server, str]:
    """Return the server and what to ask it for. Raises PageNotAllowed for all but plain HTTPS."""
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError:
        raise PageNotAllowed from None
    server = Server(parts.hostname or "", port, Security.TLS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    is_plain = parts.scheme == "https" and port == _HTTPS and "@" not in parts.netloc
    if not is_plain or len(url) > _URL_MAX or not target.isascii() or not target.isprintable():
        raise PageNotAllowed(server)
    return server, target.replace(" ", "%20")


async def _get(server: Server, target: str, allowed: AllowedNetworks, seconds: float) -> _Answer:
    async with _connected(server, allowed, seconds) as (reader, writer):
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_MAX)
        headers = [("Host", server.host), ("User-Agent", "Postroom"), ("Connection", "close")]
        try:
            request = h11.Request(method="GET", target=target, headers=headers)
            writer.write((http.send(request) or b"") + (http.send(h11.EndOfMessage()) or b""))
            return await _read(http, reader)
        except (h11.ProtocolError, OSError, UnicodeError):
            raise NotAWebServer(server) from None


async def _read(http: h11.Connection, reader: asyncio.StreamReader) -> _Answer:
    """Read an answer, its body up to the bound. Raises h11.ProtocolError for what is too large."""
    answer = _Answer(0, "", b"")
    while True:
        match event := http.next_event():
            case h11.Response():
                location = dict(event.headers).get(b"location", b"")
                answer = _Answer(event.status_code, location.decode("latin-1"), b"")
            case h11.Data():
                answer = replace(answer, body=answer.body + bytes(event.data))
            case h11.EndOfMessage() | h11.ConnectionClosed() | h11.PAUSED:
                return answer
            case h11.NEED_DATA:
                http.receive_data(await reader.read(_CHUNK))
        if len(answer.body) > BODY_MAX:
            raise h11.RemoteProtocolError("too large")


@contextlib.asynccontextmanager
async def _connected(
    server: Server, allowed: AllowedNetworks, seconds: float
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    web = replace(allowed, extra_ports=frozenset((_HTTPS,)))
    dialled = await dial(server, web, seconds)
    try:
        reader, writer = await asyncio.open_connection(
            sock=dialled, ssl=client_context(), server_hostname=server.host
        )
    except OSError as error:
        dialled.close()
        raise tls_error(error, server) from None
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
