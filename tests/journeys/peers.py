"""Servers in a thread of their own, so that a test may run whole commands against them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from servers.certificates import Certificate
from servers.scripted import Dialogue, Script, ScriptedServer, scripted


@contextmanager
def playing(script: Script, tls: Certificate | None = None) -> Iterator[ScriptedServer]:
    """Play a script to everyone who connects, until we leave."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = scripted(script, tls)
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def nobody(dialogue: Dialogue) -> None:
    """Take the call and hang up."""


async def web_server(dialogue: Dialogue) -> None:
    """Give up waiting for a request, as a web server does after its time."""
    await dialogue.send(b"HTTP/1.1 408 Request Timeout", b"Connection: close", b"")


async def mail_transfer_server(dialogue: Dialogue) -> None:
    """Greet as an SMTP server does."""
    await dialogue.send(b"220 mail.example ESMTP Postfix")
    while True:
        await dialogue.line()
        await dialogue.send(b"502 5.5.2 Error: command not recognized")


async def talkative_server(dialogue: Dialogue) -> None:
    """Refuse a sign-in and repeat everything that was sent, the password too."""
    await dialogue.send(b"* OK [CAPABILITY IMAP4rev1] ready")
    while True:
        tag, word, rest = await dialogue.command()
        await dialogue.send(tag + b" NO [AUTHENTICATIONFAILED] wrong: " + word + b" " + rest)
