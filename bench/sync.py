"""Bring whole mailboxes, beside mbsync, from the same server in the same run.

    python -m bench.sync [--messages 20000] [--rounds 3]

Writes its section of docs/benchmarks.md. Every run begins with nothing on our side and with a
server that has forgotten its caches; clients take turns, forwards in one round and backwards in the
next.
"""

import argparse
import shutil
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.clients import NOTMUCH, Run, clients
from bench.ending import end_tidily
from bench.machine import conditions
from bench.mailbox import SECRET, USER, Mailbox, forget_caches, generated_mailbox, real_mailbox
from bench.page import table, write_section
from postroom.config import postgres
from servers.dovecot import Dovecot, dovecot
from servers.remains import clear_remains, own_folder

HEADINGS = (
    "client",
    "seconds",
    "inside",
    "CPU s",
    "PostgreSQL’s",
    "MiB",
    "messages/s",
    "bodies",
    "of mbsync",
    "people's pages",
    "of mbsync",
    "searchable",
    "of mbsync",
    "of notmuch",
)

FOREWORD = """## Whole mailboxes, beside mbsync

Written by `python -m bench.sync`. Seconds are those of the whole program from start to end, medians
of {rounds} rounds; Postroom's modules are compiled, as `pip` leaves them. *Inside* is what
`postroom sync --json` says of itself, without the start of Python. CPU seconds and MiB (peak
resident) are of the program and its children; PostgreSQL runs beside it, as Dovecot does, and syncs
its log to disk at every commit; its CPU seconds are told apart. *Of mbsync* is the time that
mbsync takes in the form it comes in, divided by this one's: above 1 is faster. *People's pages* are
the seconds, also from the start of the program, until the page of every known person shows all its
mail, bodies and all: when an open page was last told of any of it (NOTIFY of PostgreSQL), heard by
a listener that asks nothing meanwhile. *Searchable* are the seconds until every message is also in
the index of words: mbsync's by `notmuch new`, and ours, what was not written with its recording,
by the engine's job afterwards (an engine does it beside). Before each run our side is empty,
and Dovecot's indexes and caches are deleted; the files of the mail are in memory. Loopback, no TLS.
mbsync writes files; Postroom writes rows, reads every header, finds the people, and reads the
bodies it keeps. The raw sockets throw away what they get: the wire's own limit.
"""


def main() -> None:
    """Measure and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000, help="of the generated mailbox")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    text = FOREWORD.format(rounds=arguments.rounds) + "\n" + table(("", ""), conditions())
    fillings: list[Callable[[Dovecot], Mailbox]] = [
        real_mailbox,
        lambda server: generated_mailbox(server, arguments.messages),
    ]
    for fill in fillings:
        section = measured(fill, arguments.rounds)
        print(section, flush=True)
        text += "\n" + section
    write_section("sync", text)


def measured(fill: Callable[[Dovecot], Mailbox], rounds: int) -> str:
    """Fill a mailbox, have every client bring it, and tell how they did."""
    with dovecot({USER: SECRET}) as server, a_place() as place:
        mailbox = fill(server)
        ready = clients(place, server, mailbox)
        runs: dict[str, list[Run]] = {name: [] for name in ready}
        for number in range(rounds):
            for name in list(ready)[:: 1 if number % 2 == 0 else -1]:
                forget_caches(server)
                runs[name].append(ready[name]())
    mean = mailbox.octets / mailbox.messages / 1000
    heading = f"### {mailbox.messages:,} messages: {mailbox.name}"
    size = f"{mailbox.octets / 1e6:.0f} MB, {mean:.1f} KB a message."
    return f"{heading}\n\n{size}\n\n{table(HEADINGS, list(rows(runs)))}"


@contextmanager
def a_place() -> Iterator[Path]:
    """A folder with a PostgreSQL in it, both gone afterwards."""
    clear_remains("bench", lambda left: postgres.stop(left / "data"), "/tmp")
    place = own_folder("bench", "/tmp")
    place.chmod(0o711)
    try:
        yield place
    finally:
        postgres.stop(place / "data")
        shutil.rmtree(place)


def rows(runs: dict[str, list[Run]]) -> Iterator[tuple[str, ...]]:
    """One row a client, of medians."""
    yardstick = statistics.median(run.seconds for run in next(iter(runs.values())))
    notmuch = median([run.searchable for run in runs.get(NOTMUCH, [])])
    for name, taken in runs.items():
        seconds = statistics.median(run.seconds for run in taken)
        inside = [run.inside for run in taken if run.inside is not None]
        yield (
            name,
            f"{seconds:.2f}",
            f"{statistics.median(inside):.2f}" if inside else "–",
            f"{statistics.median(run.cpu_seconds for run in taken):.2f}",
            shown(median([run.database_seconds for run in taken])),
            f"{statistics.median(run.mebibytes for run in taken):.0f}",
            f"{taken[0].messages / seconds:,.0f}",
            f"{taken[0].bodies:,}",
            f"{yardstick / seconds:.2f}",
            shown(pages := median([run.pages for run in taken])),
            times(yardstick, pages),
            shown(searchable := median([run.searchable for run in taken])),
            times(yardstick, searchable),
            times(notmuch, searchable),
        )


def median(values: list[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def shown(seconds: float | None) -> str:
    """A duration, if it is known."""
    return "–" if seconds is None else f"{seconds:.2f}"


def times(yardstick: float | None, seconds: float | None) -> str:
    """How many times as fast as who took the yardstick's seconds."""
    return f"{yardstick / seconds:.2f}" if yardstick and seconds else "–"


if __name__ == "__main__":
    main()
