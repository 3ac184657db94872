"""What a domain may publish of its servers: an autoconfig file, and the web server that has it."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from servers.internet import Internet, trust
from servers.scripted import Dialogue, scripted

FIRM = "firm.example"
FILE = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
WORLD = ("*.firms.example", "more.example", "*.firm.example", FIRM, "*.stranger.example")


@contextlib.asynccontextmanager
async def serving(
    net: Internet, patch: pytest.MonkeyPatch, path: Path, answers: dict[str, bytes]
) -> AsyncIterator[None]:
    """Let web servers answer these at their hosts, with certificates that are trusted."""
    certificate = trust(patch, path / "world", WORLD)
    async with scripted(web(answers), certificate) as server:
        for place in answers:
            net.host(place.partition("/")[0], 443, (server.host, server.port))
        yield


def autoconfig(imap: str, smtp: str = "", user: str = "%EMAILADDRESS%", port: int = 993) -> bytes:
    """A file that names these hosts."""
    outgoing = f"""<outgoingServer type="smtp"><hostname>{smtp}</hostname><port>465</port>
      <socketType>SSL</socketType><username>{user}</username>
      <authentication>password-cleartext</authentication></outgoingServer>"""
    return f"""<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x">
      <incomingServer type="imap"><hostname>{imap}</hostname><port>{port}</port>
      <socketType>SSL</socketType><username>{user}</username>
      <authentication>password-cleartext</authentication></incomingServer>
      {outgoing if smtp else ""}</emailProvider></clientConfig>""".encode()


def page(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(url: str) -> bytes:
    """An answer that leads on."""
    return page(b"", "302 Found", Location=url)


def web(answers: Mapping[str, bytes]) -> Callable[[Dialogue], Awaitable[None]]:
    """The script of a web server: what it answers for `host/path`, 404 for all else."""

    async def play(dialogue: Dialogue) -> None:
        _, path, _ = (await dialogue.line()).decode().split(" ")
        host = ""
        while line := (await dialogue.line()).decode():
            if line.lower().startswith("host:"):
                host = line.split(":", 1)[1].strip()
        await dialogue.send_raw(answers.get(host + path, page(b"", "404 Not Found")))

    return play


async def greets_imap(dialogue: Dialogue) -> None:
    """An IMAP server up to the goodbye."""
    await dialogue.send(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
    while True:
        tag, word, _ = await dialogue.command()
        await dialogue.send(tag + b" OK " + word)


async def greets_smtp(dialogue: Dialogue) -> None:
    """A submission server up to the goodbye."""
    await dialogue.send(b"220 ready")
    while True:
        await dialogue.line()
        await dialogue.send(b"250-hello", b"250 AUTH PLAIN")
