"""Drain one mailbox of 20,000 messages, every client from the same Dovecot, in turn.

    PYTHONPATH=src:tests:EXTRAS python bench/wire.py [--messages 20000] [--rounds 3]

The yardstick is a socket that throws the bytes away. IMAPClient, aioimaplib (EXTRAS) and imapflow
(POSTROOM_BENCH_NODE_MODULES) are measured when they are there; none is a dependency.
"""

import argparse
import asyncio
import imaplib
import importlib.util
import os
import random
import resource
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Password
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers.dovecot import Dovecot, dovecot

USER, SECRET = "alice@example.com", "secret"
WINDOW = 500


@dataclass(frozen=True, slots=True)
class Run:
    """One client's drain: what it took, and what it saw."""

    seconds: float
    cpu_seconds: float
    messages: int
    octets: int


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with dovecot(users={USER: SECRET}) as server:
        octets = fill(server, arguments.messages)
        print(f"{arguments.messages} messages, {octets / 1e6:.0f} MB, loopback, no TLS")
        raw_socket(server, arguments.messages)
        runs: dict[str, list[Run]] = {name: [] for name in clients()}
        for _ in range(arguments.rounds):
            for name, drain in clients().items():
                runs[name].append(measure(drain, server, arguments.messages))
        print_table(runs)


def clients() -> dict[str, Callable[[Dovecot, int], tuple[int, int]]]:
    """Return every client that is installed, the yardstick first."""
    found: dict[str, Callable[[Dovecot, int], tuple[int, int]]] = {
        "raw socket": raw_socket,
        "postroom": postroom,
        "imaplib, batches of 500": standard_library,
    }
    if importlib.util.find_spec("imapclient"):
        found["IMAPClient, batches of 500"] = imapclient
    if importlib.util.find_spec("aioimaplib"):
        found["aioimaplib, batches of 500"] = aioimaplib
    if shutil.which("node") and os.environ.get("POSTROOM_BENCH_NODE_MODULES"):
        found["imapflow"] = imapflow
    return found


def fill(server: Dovecot, messages: int) -> int:
    """Write the mailbox: median 8.6 KB, mean 22 KB, a tenth with 50 to 200 KB attached."""
    written = 0
    for start in range(0, messages, 1_000):
        batch = list(generated(start, min(1_000, messages - start)))
        written += sum(map(len, batch))
        server.add(USER, "INBOX", batch, received=1_000_000_000 + start)
    return written


def generated(start: int, count: int) -> Iterator[bytes]:
    """Yield messages that are the same in every run."""
    for number in range(start, start + count):
        dice = random.Random(number)
        size = dice.randint(50_000, 200_000) if number % 10 == 0 else dice.randint(3_000, 14_000)
        line = dice.randbytes(36).hex().encode() + b"\r\n"
        yield (
            b"From: =?utf-8?q?J=C3=BCrgen?= <sender%d@example.net>\r\n"
            b"To: Alice <alice@example.com>\r\nSubject: Number %d\r\n"
            b"Message-ID: <%d@example.net>\r\nDate: Mon, 5 Oct 2026 10:00:00 +0000\r\n"
            b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
            % (number % 997, number, number)
        ) + line * (size // len(line))


def measure(drain: Callable[[Dovecot, int], tuple[int, int]], server: Dovecot, count: int) -> Run:
    """Time one drain and this process's (or its child's) share of the processor."""
    before, began = cpu_seconds(), time.perf_counter()
    messages, octets = drain(server, count)
    return Run(time.perf_counter() - began, cpu_seconds() - before, messages, octets)


def cpu_seconds() -> float:
    """Return what this process and its finished children used."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def print_table(runs: dict[str, list[Run]]) -> None:
    """Print medians, and each client's rate as a share of the raw socket's."""
    yardstick = statistics.median(run.seconds for run in runs["raw socket"])
    print(f"{'client':<28}{'seconds':>9}{'msg/s':>9}{'CPU s':>8}{'of raw':>8}{'messages':>10}")
    for name, taken in runs.items():
        seconds = statistics.median(run.seconds for run in taken)
        cpu = statistics.median(run.cpu_seconds for run in taken)
        rate = taken[0].messages / seconds if taken[0].messages else 0
        share = yardstick / seconds
        print(f"{name:<28}{seconds:9.2f}{rate:9.0f}{cpu:8.2f}{share:8.0%}{taken[0].messages:10d}")


def raw_socket(server: Dovecot, count: int) -> tuple[int, int]:
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
    return count, octets


def postroom(server: Dovecot, count: int) -> tuple[int, int]:
    """Drain through net/ and imap/: every response parsed."""
    return asyncio.run(_postroom(server))


async def _postroom(server: Dovecot) -> tuple[int, int]:
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
    return messages, octets


def standard_library(server: Dovecot, count: int) -> tuple[int, int]:
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
    return messages, octets


def imapclient(server: Dovecot, count: int) -> tuple[int, int]:
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
    return messages, octets


def aioimaplib(server: Dovecot, count: int) -> tuple[int, int]:
    """Drain with aioimaplib."""
    return asyncio.run(_aioimaplib(server, count))


async def _aioimaplib(server: Dovecot, count: int) -> tuple[int, int]:
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
    return messages, octets


_IMAPFLOW = """
const { ImapFlow } = require('imapflow');
(async () => {
  const client = new ImapFlow({ host: process.argv[1], port: +process.argv[2], secure: false,
    doSTARTTLS: false, disableCompression: true, logger: false,
    auth: { user: process.argv[3], pass: process.argv[4] } });
  await client.connect();
  await client.mailboxOpen('INBOX', { readOnly: true });
  let messages = 0, octets = 0;
  for await (const m of client.fetch('1:*', { uid: true, flags: true, internalDate: true,
      source: true })) { messages += 1; octets += m.source.length; }
  await client.logout();
  console.log(messages, octets);
})();
"""


def imapflow(server: Dovecot, count: int) -> tuple[int, int]:
    """Drain with imapflow, in a Node of its own."""
    modules = Path(os.environ["POSTROOM_BENCH_NODE_MODULES"])
    words = [str(server.host), str(server.port), USER, SECRET]
    done = subprocess.run(
        ["node", "-e", _IMAPFLOW, *words],
        env={**os.environ, "NODE_PATH": str(modules)},
        capture_output=True,
        check=True,
        text=True,
    )
    messages, octets = done.stdout.split()
    return int(messages), int(octets)


if __name__ == "__main__":
    main()
