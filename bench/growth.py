"""Whether a mailbox is brought as fast at its end as at its beginning, and in how much memory.

    python -m bench.growth [--messages 200000]

Writes its section of docs/benchmarks.md. Small messages: here rows count, not octets.
"""

import argparse
import subprocess
import time
from dataclasses import dataclass

import psutil
import psycopg

from bench.clients import SYNC, PostroomClient, mebibytes
from bench.ending import end_tidily
from bench.machine import conditions
from bench.mailbox import SECRET, USER, Mailbox, known_people, short_mail
from bench.page import table, write_section
from bench.sync import a_place
from servers.dovecot import Dovecot, dovecot

BATCH = 5_000
SECTION = """## Growth: one large mailbox

Written by `python -m bench.growth`. One sync of {messages:,} short messages in mode *matched*. The
rate is counted in the database: over the first and over the last tenth of the messages. MiB are
those of the program and its children at their peak.

{table}
{conditions}"""


@dataclass(frozen=True, slots=True)
class Sample:
    """How far a sync was at a moment."""

    seconds: float
    messages: int
    mebibytes: float


def main() -> None:
    """Measure, print and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    arguments = parser.parse_args()
    measured = conditions()
    with dovecot({USER: SECRET}) as server, a_place() as place:
        fill(server, arguments.messages)
        mailbox = Mailbox("short mail", arguments.messages, 0, known_people())
        samples = synced(PostroomClient(place, server, mailbox))
    first, last = rates(samples, arguments.messages)
    rows = [
        ("messages/s, first tenth", f"{first:,.0f}"),
        ("messages/s, last tenth", f"{last:,.0f}"),
        ("last of first", f"{last / first:.0%}"),
        ("seconds in all", f"{samples[-1].seconds:.1f}"),
        ("MiB at the peak", f"{max(sample.mebibytes for sample in samples):.0f}"),
    ]
    text = SECTION.format(
        messages=arguments.messages,
        table=table(("", ""), rows),
        conditions=table(("", ""), measured),
    )
    print(text)
    write_section("growth", text)


def fill(server: Dovecot, count: int) -> None:
    """So many short messages in the Inbox."""
    for first in range(0, count, BATCH):
        batch = [short_mail(number) for number in range(first, min(first + BATCH, count))]
        server.add(USER, "INBOX", batch, received=1_700_000_000 + first)


def synced(client: PostroomClient) -> list[Sample]:
    """Sync once, and look ten times a second how far it is."""
    samples = []
    with client.prepared("matched") as target:
        begun = time.perf_counter()
        process = psutil.Popen(SYNC, env=target.environment, stdout=subprocess.DEVNULL)
        with psycopg.connect(target.database_url, autocommit=True) as watching:
            while process.poll() is None:
                row = watching.execute("SELECT count(*) FROM archive_servercopy").fetchone()
                seconds = time.perf_counter() - begun
                samples.append(Sample(seconds, row[0] if row else 0, mebibytes(process)))
                time.sleep(0.1 if len(samples) < 100 else 0.5)
        assert process.returncode == 0
    return samples


def rates(samples: list[Sample], count: int) -> tuple[float, float]:
    """Messages a second over the first and the last tenth."""
    first = next(s for s in samples if s.messages >= count // 10)
    began = max((s for s in samples if s.messages == 0), key=lambda s: s.seconds)
    last = max((s for s in samples if s.messages <= count * 0.9), key=lambda s: s.seconds)
    done = next(s for s in samples if s.messages >= count)
    return (
        first.messages / (first.seconds - began.seconds),
        (done.messages - last.messages) / (done.seconds - last.seconds),
    )


if __name__ == "__main__":
    main()
