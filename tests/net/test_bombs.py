"""Servers that want our memory or our time: each is cut off within its limit, and no neighbour of
theirs notices.

28 bombs, each before sign-in, on SELECT and in FETCH. A healthy account whose server is 20 ms away
is asked all the while by the same event loop.
"""

import asyncio
import contextlib
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from postroom.imap.limits import Limits
from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Password
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers import bombs
from servers.scripted import Dialogue, scripted

T = TypeVar("T")

SCENARIOS = [f"{bomb} / {phase}" for bomb in bombs.BOMBS for phase in bombs.PHASES]
LIMITS = Limits(silence_seconds=0.5, greeting_seconds=0.5, command_seconds=1, goodbye_seconds=0.2)
SECONDS_ALLOWED = 15
MEMORY_ALLOWED = 32 * 1024 * 1024
DISTANCE = 0.02


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    script = Path(bombs.__file__)
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()
        process.terminate()


def test_there_are_enough() -> None:
    print(f"{len(SCENARIOS)} resource bombs")
    assert len(SCENARIOS) >= 60


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_it_is_cut_off_and_nobody_notices(scenario: str, ports: dict[str, int]) -> None:
    gc.collect()
    process = psutil.Process()
    async with neighbour() as client:
        alone = await latencies(client, seconds=0.15)
        before = process.memory_info().rss
        began = time.monotonic()
        watch = asyncio.ensure_future(peak(process))
        asked = asyncio.ensure_future(latencies(client, seconds=60))
        async with asyncio.timeout(SECONDS_ALLOWED):
            outcome = await meet(ports[scenario])
        took = time.monotonic() - began
        beside = await stop(asked)
        grown = await stop(watch) - before
    assert outcome in ("refused", "fetched")
    assert took < SECONDS_ALLOWED
    assert grown < MEMORY_ALLOWED
    if len(beside) >= 5:
        assert statistics.median(beside) <= 2 * statistics.median(alone)


async def meet(port: int) -> str:
    """Connect, sign in, open, fetch: as far as the server lets us."""
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(port))
    server = Server("127.0.0.1", port, Security.NONE)
    try:
        client = await ImapClient.connect(server, allowed, limits=LIMITS)
        await client.sign_in(Password("alice", "secret"))
        await client.examine("INBOX")
        messages = [message async for message in client.uid_fetch(UidSet([1]), body=True)]
        assert all(message.uid == 1 for message in messages)
        await client.close()
    except NetError as error:
        return "refused" if len(error.sentence) < 1000 else "refused at length"
    return "fetched"


@contextlib.asynccontextmanager
async def neighbour() -> AsyncIterator[ImapClient]:
    """An honest account on a server 20 ms away."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY IMAP4rev1] ready")
        while True:
            tag, _, _ = await dialogue.command()
            await asyncio.sleep(DISTANCE)
            await dialogue.send(tag + b" OK done")

    async with scripted(play) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
        address = Server(server.host, server.port, Security.NONE)
        client = await ImapClient.connect(address, allowed)
        yield client
        await client.close()


async def latencies(client: ImapClient, *, seconds: float) -> list[float]:
    """Ask again and again; cancelled, return what was measured so far."""
    taken: list[float] = []
    until = time.monotonic() + seconds
    with contextlib.suppress(asyncio.CancelledError):
        while time.monotonic() < until:
            began = time.monotonic()
            await client.noop()
            taken.append(time.monotonic() - began)
    return taken


async def peak(process: psutil.Process) -> int:
    """Return the most memory this process had until cancelled."""
    most = process.memory_info().rss
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            most = max(most, process.memory_info().rss)
            await asyncio.sleep(0.01)
    return most


async def stop(task: "asyncio.Future[T]") -> T:
    """Cancel a task that returns what it has."""
    task.cancel()
    return await task
