"""The clients that drain one mailbox over IMAP: ours, four others, and a socket to hold them to."""

import asyncio
import imaplib
import json
import os
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from bench import rivals
from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Password
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers.dovecot import Dovecot

USER, SECRET = "alice@example.com", "secret"
WINDOW = 500


@dataclass(frozen=True, slots=True)
class Drained:
    """What a client saw; `seconds` if it measured itself, because its process begins first."""

    messages: int
    octets: int
    seconds: float | None = None


Drain = Callable[[Dovecot, int], Drained]


def clients() -> dict[str, Drain]:
    """Return every client that is here or can be installed, the yardstick first."""
    found: dict[str, Drain] = {
        "raw socket, thrown away": raw_socket,
        "Postroom": postroom,
        "imaplib, batches of 500": standard_library,
    }
    if rivals.install_python_clients():
        found["IMAPClient, batches of 500"] = imapclient
        found["aioimaplib, batches of 500"] = aioimaplib
    if rivals.install_imapflow():
        found["imapflow"] = imapflow
    return found


def raw_socket(server: Dovecot, count: int) -> Drained:
    """Ask for everything at once and throw it away."""
    octets = 0
    with socket.create_connection((server.host, server.port)) as connection:
        connection.recv(4096)
        connection.sendall(f"a LOGIN {USER} {SECRET}\r\nb EXAMINE INBOX\r\n".encode())
        tail = b""
        while b"\r\nb OK" not in tail:
            tail += connection.recv(65536)
        connection.sendall(b"c UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])\r\n")
        buffer = memoryview(bytearray(256 * 1024))
        tail = b""
        while b"\r\nc OK" not in tail:
            got = connection.recv_into(buffer)
            octets += got
            tail = tail[-16:] + bytes(buffer[max(0, got - 200) : got])
    return Drained(count, octets)


def postroom(server: Dovecot, count: int) -> Drained:
    """Drain through net/ and imap/: every response parsed."""
    return asyncio.run(_postroom(server))


async def _postroom(server: Dovecot) -> Drained:
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
    address = Server(server.host, server.port, Security.NONE)
    client = await ImapClient.connect(address, allowed)
    await client.sign_in(Password(USER, SECRET))
    selected = await client.examine("INBOX")
    messages = octets = 0
    uids = UidSet.between(1, (selected.uidnext or 1) - 1)
    async for message in client.uid_fetch(uids, internal_date=True, body=True):
        messages += 1
        octets += len(message.body or b"")
    await client.sign_out()
    return Drained(messages, octets)


def standard_library(server: Dovecot, count: int) -> Drained:
    """Drain with imaplib: literals are cut out, responses are not parsed."""
    messages = octets = 0
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(USER, SECRET)
        client.select(readonly=True)
        for first in range(1, count + 1, WINDOW):
            window = f"{first}:{first + WINDOW - 1}"
            _, parts = client.uid("FETCH", window, "(UID FLAGS INTERNALDATE BODY.PEEK[])")
            for part in parts:
                if isinstance(part, tuple):
                    messages += 1
                    octets += len(part[1])
    return Drained(messages, octets)


def imapclient(server: Dovecot, count: int) -> Drained:
    """Drain with IMAPClient."""
    from imapclient import IMAPClient

    messages = octets = 0
    with IMAPClient(server.host, server.port, ssl=False) as client:
        client.login(USER, SECRET)
        client.select_folder("INBOX", readonly=True)
        for first in range(1, count + 1, WINDOW):
            window = range(first, first + WINDOW)
            fetched = client.fetch(window, ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"])
            messages += len(fetched)
            octets += sum(len(items[b"BODY[]"]) for items in fetched.values())
    return Drained(messages, octets)


def aioimaplib(server: Dovecot, count: int) -> Drained:
    """Drain with aioimaplib."""
    return asyncio.run(_aioimaplib(server, count))


async def _aioimaplib(server: Dovecot, count: int) -> Drained:
    from aioimaplib import IMAP4

    messages = octets = 0
    client = IMAP4(server.host, server.port, timeout=120)
    await client.wait_hello_from_server()
    await client.login(USER, SECRET)
    await client.select()
    for first in range(1, count + 1, WINDOW):
        window = f"{first}:{first + WINDOW - 1}"
        answer = await client.uid("fetch", window, "(UID FLAGS INTERNALDATE BODY.PEEK[])")
        bodies = [line for line in answer.lines if isinstance(line, bytearray)]
        messages += len(bodies)
        octets += sum(map(len, bodies))
    await client.logout()
    return Drained(messages, octets)


def imapflow(server: Dovecot, count: int) -> Drained:
    """Drain with imapflow, in a Node of its own whose start does not count."""
    words = [str(server.host), str(server.port), USER, SECRET]
    done = subprocess.run(
        ["node", str(rivals.DRAIN), *words],
        env={**os.environ, "NODE_PATH": str(rivals.node_modules())},
        capture_output=True,
        check=True,
        text=True,
    )
    return Drained(**json.loads(done.stdout))
