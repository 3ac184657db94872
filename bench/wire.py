"""Drain one mailbox of 20,000 messages, every client from the same Dovecot, in turn.

    python -m bench.wire [--messages 20000] [--rounds 3]

The yardstick is a socket that throws the bytes away. Prints the table, and writes it to
docs/benchmarks.md.
"""

import argparse
import random
import resource
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.ending import end_tidily
from bench.machine import conditions
from bench.page import table, write_section
from bench.wire_clients import SECRET, USER, Drain, clients
from servers.dovecot import Dovecot, dovecot

HEADINGS = ("client", "seconds", "messages/s", "CPU s", "of the raw socket", "messages")
SECTION = """## The wire: draining one mailbox

Written by `python -m bench.wire`. {messages:,} messages, {megabytes:.0f} MB: each client asks the
same Dovecot for flags, dates and whole messages, over loopback and without TLS; medians of {rounds}
rounds in turn. The raw socket throws away what it gets; ours and imapflow hand over parsed messages
one by one, the others whole batches. CPU seconds are the client's, Node's start included.

{table}
{conditions}"""


@dataclass(frozen=True, slots=True)
class Run:
    """One client's drain: what it took, and what it saw."""

    seconds: float
    cpu_seconds: float
    messages: int


def main() -> None:
    """Measure, print and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    measured = conditions()
    with dovecot(users={USER: SECRET}) as server:
        octets = fill(server, arguments.messages)
        ready = clients()
        # Once for nothing, so that Dovecot has its indexes and the kernel its pages.
        next(iter(ready.values()))(server, arguments.messages)
        runs: dict[str, list[Run]] = {name: [] for name in ready}
        for _ in range(arguments.rounds):
            for name, drain in ready.items():
                runs[name].append(measure(drain, server, arguments.messages))
    section = SECTION.format(
        messages=arguments.messages,
        megabytes=octets / 1e6,
        rounds=arguments.rounds,
        table=table(HEADINGS, list(rows(runs))),
        conditions=table(("", ""), measured),
    )
    print(section)
    write_section("wire", section)


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


def measure(drain: Drain, server: Dovecot, count: int) -> Run:
    """Time one drain and this process's (or its child's) share of the processor."""
    before, began = cpu_seconds(), time.perf_counter()
    drained = drain(server, count)
    seconds = drained.seconds or time.perf_counter() - began
    assert drained.messages == count
    return Run(seconds, cpu_seconds() - before, drained.messages)


def cpu_seconds() -> float:
    """Return what this process and its finished children used."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def rows(runs: dict[str, list[Run]]) -> Iterator[tuple[str, ...]]:
    """One row a client, of medians; the first is the yardstick."""
    yardstick = statistics.median(run.seconds for run in next(iter(runs.values())))
    for name, taken in runs.items():
        seconds = statistics.median(run.seconds for run in taken)
        yield (
            name,
            f"{seconds:.2f}",
            f"{taken[0].messages / seconds:,.0f}",
            f"{statistics.median(run.cpu_seconds for run in taken):.2f}",
            f"{yardstick / seconds:.0%}",
            f"{taken[0].messages:,}",
        )


if __name__ == "__main__":
    main()
