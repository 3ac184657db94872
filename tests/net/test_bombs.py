"""Servers that want our memory or our time: each is cut off within its limit.

36 bombs, each before sign-in, on LIST, on SELECT and in FETCH. That nobody beside them notices is
shown in test_neighbours.py.
"""

import asyncio
import contextlib
import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from postroom.imap.limits import MIB, Limits
from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Password
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers import bombs

SCENARIOS = [f"{bomb} / {phase}" for bomb in bombs.BOMBS for phase in bombs.PHASES]
LIMITS = Limits(
    silence_seconds=0.3, greeting_seconds=0.3, command_seconds=0.4, goodbye_seconds=0.2,
    skipped_message=32 * MIB,
)  # fmt: skip
SECONDS_ALLOWED = 15
MEMORY_ALLOWED = 32 * 1024 * 1024


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
    assert len(SCENARIOS) >= 140


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_it_is_cut_off(scenario: str, ports: dict[str, int]) -> None:
    gc.collect()
    process = psutil.Process()
    before = process.memory_info().rss
    watch = asyncio.ensure_future(peak(process))
    async with asyncio.timeout(SECONDS_ALLOWED):
        outcome = await meet(ports[scenario])
    watch.cancel()
    grown = await watch - before
    assert outcome in ("refused", "fetched")
    assert grown < MEMORY_ALLOWED


async def meet(port: int) -> str:
    """Connect, sign in, open, fetch: as far as the server lets us."""
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(port))
    server = Server("127.0.0.1", port, Security.NONE)
    try:
        client = await ImapClient.connect(server, allowed, limits=LIMITS)
        await client.sign_in(Password("alice", "secret"))
        await client.list_mailboxes()
        await client.examine("INBOX")
        messages = [message async for message in client.uid_fetch(UidSet([1]), body=True)]
        assert all(message.uid == 1 for message in messages)
        await client.close()
    except NetError as error:
        return "refused" if len(error.sentence) < 1000 else "refused at length"
    return "fetched"


async def peak(process: psutil.Process) -> int:
    """Return the most memory this process had until cancelled."""
    most = process.memory_info().rss
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            most = max(most, process.memory_info().rss)
            await asyncio.sleep(0.01)
    return most
