"""How long an honest server's answer takes while another floods us, on the same event loop.

    python -m bench.neighbour [--seconds 3]

The control is the same client without turns and rests. Writes its section of docs/benchmarks.md.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.ending import end_tidily
from bench.machine import conditions
from bench.page import table, write_section
from postroom.imap.limits import Limits
from postroom.net.credentials import Password
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers import bombs
from servers.dovecot import dovecot

FLOODS = (
    "endless alerts",
    "endless late answers",
    "endless strangers",
    "endless vanishings",
    "endless status",
    "a million EXISTS",
    "endless expunges",
    "bodies nobody asked for",
)
SLICES = 8
HEADINGS = ("flood", "alone, ms", "beside it, ms", "ratio", "without turns, ms", "ratio")
SECTION = """## A neighbour of a hostile server

Written by `python -m bench.neighbour`. One event loop, two connections: an honest Dovecot is asked
NOOP again and again, while another server says without end what nobody asked for. Medians of the
time to the answer; *alone* and *beside it* are measured in turn. Without turns and rests, the last
two columns, all that came is read at once.

{table}
{conditions}"""
FAIR = Limits(unasked=10**9, skipped_message=10**12)
UNFAIR = replace(FAIR, turn=10**9, turn_text=10**9, rest=0)


def main() -> None:
    """Measure, print and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    seconds = parser.parse_args().seconds
    measured = conditions()
    with dovecot({"alice": "secret"}) as honest, flooding() as ports:
        rows = []
        for flood in FLOODS:
            port = ports[f"{flood} / selected"]
            fair, unfair = (
                asyncio.run(medians(honest.port, port, limits, seconds))
                for limits in (FAIR, UNFAIR)
            )
            rows.append((flood, *cells(*fair), *cells(*unfair)[1:]))
    section = SECTION.format(table=table(HEADINGS, rows), conditions=table(("", ""), measured))
    print(section)
    write_section("neighbour", section)


@contextlib.contextmanager
def flooding() -> Iterator[dict[str, int]]:
    """Run the hostile servers in a process of their own; yield the port of each."""
    command = [sys.executable, str(Path(bombs.__file__))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()
        process.terminate()


async def medians(honest: int, hostile: int, limits: Limits, seconds: float) -> tuple[float, float]:
    """Return the honest server's median latency alone, and beside the flood."""
    neighbour = await client_of(honest, Limits())
    alone, beside = [], []
    # In turn, so that whatever else this machine does falls on both.
    for _ in range(SLICES):
        alone += await latencies(neighbour, seconds / SLICES)
        flooded = await client_of(hostile, limits)
        opening = asyncio.ensure_future(flooded.examine("INBOX"))
        beside += await latencies(neighbour, seconds / SLICES)
        await flooded.close()
        with contextlib.suppress(NetError):
            await opening
    await neighbour.sign_out()
    return statistics.median(alone), statistics.median(beside)


async def client_of(port: int, limits: Limits) -> ImapClient:
    """Return a client that is signed in."""
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(port))
    server = Server("127.0.0.1", port, Security.NONE)
    client = await ImapClient.connect(server, allowed, limits=limits)
    await client.sign_in(Password("alice", "secret"))
    return client


async def latencies(client: ImapClient, seconds: float) -> list[float]:
    """Ask again and again, and return how long each answer took."""
    taken = []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        await client.noop()
        taken.append(time.perf_counter() - began)
    return taken


def cells(alone: float, beside: float) -> tuple[str, str, str]:
    """Milliseconds alone and beside, and their ratio."""
    return f"{1000 * alone:.2f}", f"{1000 * beside:.2f}", f"{beside / alone:.1f}"


if __name__ == "__main__":
    main()
