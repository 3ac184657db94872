"""A server that never stops talking has no more than its share: others are answered all the while.

Counted in answers and not in seconds, so that a busy machine does not matter: while one server says
5,000 things nobody asked for, how often is an honest one on the same event loop answered? The
control is the same client without turns and rests.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from postroom.imap.limits import Limits
from postroom.net.credentials import Password
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers import bombs
from servers.dovecot import Dovecot, dovecot

FLOODS = ["endless alerts", "endless strangers", "endless vanishings", "endless status"]
UNASKED = 5_000
FAIR = Limits(unasked=UNASKED)
UNFAIR = replace(FAIR, turn=10**9, turn_text=10**9, rest=0)


@pytest.fixture(scope="module")
def honest() -> Iterator[Dovecot]:
    with dovecot({"alice": "secret"}) as server:
        yield server


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    with subprocess.Popen(
        [sys.executable, Path(bombs.__file__)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()
        process.terminate()


@pytest.mark.alone
@pytest.mark.parametrize("flood", FLOODS)
async def test_others_are_answered_all_the_while(
    flood: str, honest: Dovecot, ports: dict[str, int]
) -> None:
    port = ports[f"{flood} / selected"]
    fair, unfair = [await answers_beside(port, honest, limits) for limits in (FAIR, UNFAIR)]
    print(f"{flood}: {fair} answers, without turns {unfair}")
    assert fair >= 100
    assert fair >= 10 * unfair


async def answers_beside(port: int, honest: Dovecot, limits: Limits) -> int:
    """Return how often the honest server answered until the flood was cut off."""
    neighbour = await client_of(honest.port, Limits())
    flooded = await client_of(port, limits)
    counting = asyncio.ensure_future(count_answers(neighbour))
    with pytest.raises(NetError):
        await flooded.examine("INBOX")
    counting.cancel()
    answers = await counting
    await neighbour.sign_out()
    return answers


async def client_of(port: int, limits: Limits) -> ImapClient:
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(port))
    server = Server("127.0.0.1", port, Security.NONE)
    client = await ImapClient.connect(server, allowed, limits=limits)
    await client.sign_in(Password("alice", "secret"))
    return client


async def count_answers(client: ImapClient) -> int:
    """Ask again and again; cancelled, return how often."""
    answers = 0
    try:
        while True:
            await client.noop()
            answers += 1
    except asyncio.CancelledError:
        return answers
