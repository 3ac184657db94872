"""Fetch one small public page, or a picture, over HTTPS.

A redirect is another server: looked up, checked and dialled anew, by HTTPS only, twice at most.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from postroom.net.errors import (
    ConnectionLost,
    NoSuchPage,
    NotAWebServer,
    PageNotAllowed,
    ProtocolViolation,
)
from postroom.net.server import AllowedNetworks, Security, Server
from postroom.net.web_client import WebAnswer, WebRequest, ask_web

BODY_MAX: Final = 64 * 1024
SECONDS: Final = 4.0
REDIRECTS_MAX: Final = 2
_URL_MAX: Final = 2_000
_HTTPS: Final = 443
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class Page:
    """What came, and from where in the end."""

    url: str
    body: bytes


async def fetch_page(
    url: str, allowed: AllowedNetworks, seconds: float = SECONDS, largest: int = BODY_MAX
) -> Page:
    """Return the page at `url`. Raises the NetError that says why not; TimeoutError if too slow."""
    async with asyncio.timeout(seconds):
        for _ in range(REDIRECTS_MAX + 1):
            server = _server_of(url)
            request = WebRequest(url.replace(" ", "%20"), seconds=seconds, largest=largest)
            answer = await _ask(request, server, allowed)
            if answer.status == 200:
                return Page(url, answer.body)
            if answer.status not in _REDIRECTS or not answer.headers.get("location"):
                raise NoSuchPage(server)
            url = urljoin(url, answer.headers["location"])
            # A stranger's redirect leads to the public internet, whatever else is allowed here.
            allowed = replace(allowed, networks=())
        raise PageNotAllowed(server)


async def post_once(url: str, body: str, allowed: AllowedNetworks, seconds: float = SECONDS) -> int:
    """Post a form's line and return the status; a redirect is not followed. Raises NetError."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    request = WebRequest(url, "POST", form, body.encode("ascii"), seconds, BODY_MAX)
    return (await _ask(request, _server_of(url), allowed)).status


def _server_of(url: str) -> Server:
    """Return the server that `url` names. Raises PageNotAllowed for all but plain HTTPS."""
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError:
        raise PageNotAllowed from None
    server = Server(parts.hostname or "", port, Security.TLS)
    is_plain = parts.scheme == "https" and port == _HTTPS and "@" not in parts.netloc
    if not is_plain or len(url) > _URL_MAX or not url.isascii() or not url.isprintable():
        raise PageNotAllowed(server)
    return server


async def _ask(request: WebRequest, server: Server, allowed: AllowedNetworks) -> WebAnswer:
    try:
        return await ask_web(request, replace(allowed, extra_ports=frozenset((_HTTPS,))))
    except (ProtocolViolation, ConnectionLost):
        raise NotAWebServer(server) from None
