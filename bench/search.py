"""How long search and the other pages of mail take on the server, at 100,000 and 1,000,000 emails.

    python -m bench.search [--emails 100000 1000000] [--place FOLDER]

And SalesInbox, of an inbox of 500,000. Writes its section of docs/benchmarks.md. With --place the
databases stay there for the next time.
"""

import argparse
import os
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ending import end_tidily
from bench.machine import conditions
from bench.page import table, write_section
from bench.sync import a_place
from postroom.cli.bootstrap import stop_looking_at_what_is_loaded
from postroom.config import postgres
from postroom.config.secrets import ensure_key_file

if TYPE_CHECKING:
    from bench.crowd_pages import AskedPage

INBOX = 0  # In the place of a size.
LIMITS = {
    "search": 150,
    "related list": 60,
    "company list": 60,
    "inbox": 60,
    "email with its thread": 60,
}
OF_INBOXES = {
    "a column’s first page": 80,
    "a column of one’s own": 80,
    "counts": 50,
    "counts with own columns": 50,
    "columns beside each other": 80,
}
SECTION = """## Pages at 1,000,000 emails

Written by `python -m bench.search`. {sizes} emails of 50,000 people in 200
mailboxes, two fifths shared whole, a fifth with who and when, a fifth person by person.
Milliseconds of the server for the whole page, asked by Django's test client on the default settings
of the embedded PostgreSQL; {queries} searches by each of four viewers (one of few emails, one of a
mailbox, one of colleagues’ too, a member of all 200), so often each: {rounds}, and a first
time that is not counted.
In brackets what Python and PostgreSQL computed for it, in ms of CPU: the rest of the time went to
other programs, if the load below is more than there are processors.

{summary}
SalesInbox of 500,000 emails among 30,000 people and 5,000 deals, and of 100,000 of strangers alone,
where three of four columns are empty:

{inboxes}
The slowest searches at the last size:

{slowest}
By viewer, p95: {viewers}.

{conditions}"""


@dataclass(frozen=True, slots=True)
class Timing:
    """One page asked once; `work` is what Python and PostgreSQL computed for it, in ms of CPU."""

    kind: str
    viewer: str
    query: str
    milliseconds: float
    work: float
    rows: int


def main() -> None:
    """Measure, print and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emails", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--place", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=int, help="Measure this size alone, print, write nothing.")
    parser.add_argument("--inbox", action="store_true", help="The same of SalesInbox alone.")
    arguments = parser.parse_args()
    with kept_at(arguments.place) as place:
        if arguments.only or arguments.inbox:
            found = measured(place, arguments.only or INBOX, arguments.rounds)
            return report(found)
        sizes = [*arguments.emails, INBOX]
        write(measure_each(sizes, place, arguments.rounds), arguments.rounds)


@contextmanager
def kept_at(place: Path | None) -> Iterator[Path]:
    """The folder that was named, or one that is gone afterwards."""
    if place is None:
        with a_place() as made:
            yield made
        return
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o711)
    yield place


def measure_each(sizes: list[int], place: Path, rounds: int) -> dict[int, list[Timing]]:
    """Each size in a process of its own: Django knows one database."""
    from concurrent.futures import ProcessPoolExecutor

    found = {}
    for size in sizes:
        with ProcessPoolExecutor(1, max_tasks_per_child=1) as one:
            found[size] = one.submit(measured, place, size, rounds).result()
        report(found[size])
    return found


def measured(place: Path, emails: int, rounds: int) -> list[Timing]:
    """Fill the database of that size, unless it is there, and ask for the pages."""
    home = place / (str(emails) if emails != INBOX else "inbox")
    with postgres.running(home) as url:
        set_up(home, url)
        from bench import crowd_pages, inbox_crowd

        if not (home / "filled").exists():
            clock = time.perf_counter()
            inbox_crowd.fill(url) if emails == INBOX else fill(url, emails)
            print(f"filled in {time.perf_counter() - clock:.0f} s", flush=True)
            (home / "filled").touch()
        return ask((inbox_crowd if emails == INBOX else crowd_pages).pages(), rounds)


def fill(url: str, emails: int) -> None:
    """The crowd, which takes half an hour at 1,000,000; says how far it is."""
    from bench import crowd

    for done in crowd.fill(url, crowd.Size(emails)):
        if done % 50_000 == 0:
            print(f"{done:,} emails", flush=True)


def set_up(home: Path, url: str) -> None:
    """Django on this database, migrated."""
    ensure_key_file(home / "secret.key")
    os.environ |= {
        "DATABASE_URL": url,
        "POSTROOM_SECRET_KEY_FILE": str(home / "secret.key"),
        "DJANGO_SETTINGS_MODULE": "postroom.config.settings",
        "POSTROOM_LOG_LEVEL": "ERROR",
    }
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)


def ask(pages: "Iterable[AskedPage]", rounds: int) -> list[Timing]:
    """Every page, for every viewer; a first time, perhaps from the disk, is not counted."""
    timings = []
    stop_looking_at_what_is_loaded()  # As the web server does when it has started.
    for page in pages:
        get = page.getter()
        get()
        for _ in range(rounds):
            begun, worked = time.perf_counter(), computed()
            rows = get()
            took = 1000 * (time.perf_counter() - begun)
            work = computed() - worked
            timings.append(Timing(page.kind, page.viewer, page.query, took, work, rows))
    return timings


def computed() -> float:
    """Milliseconds of CPU that this process has used, and the PostgreSQL process that serves it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    nanoseconds = int(Path(f"/proc/{backend}/schedstat").read_text().split()[0])
    return 1000 * time.process_time() + nanoseconds / 1e6


def p95(values: Iterable[float]) -> float:
    """What nineteen of twenty keep."""
    return statistics.quantiles(values, n=20)[-1]


def p95_of(timings: list[Timing]) -> tuple[float, float]:
    """Time and work that nineteen of twenty keep."""
    return p95(t.milliseconds for t in timings), p95(t.work for t in timings)


def of_kind(timings: list[Timing], kind: str) -> list[Timing]:
    return [t for t in timings if t.kind == kind]


def report(timings: list[Timing]) -> None:
    """On the terminal, the slowest first."""
    for kind in LIMITS | OF_INBOXES:
        if len(some := of_kind(timings, kind)) < 2:
            continue
        middle = statistics.median(t.milliseconds for t in some)
        usual = statistics.median(t.work for t in some)
        took, work = p95_of(some)
        print(f"{kind}: {middle:.0f} (CPU {usual:.0f}), p95 {took:.0f} ({work:.0f}), {len(some)}")
    for t in sorted(timings, key=lambda t: -t.milliseconds)[:30]:
        took = f"{t.milliseconds:6.0f} {t.work:6.0f} ms {t.rows:3} rows"
        print(f"{took}  {t.kind} · {t.viewer} · {t.query}")


def write(found: dict[int, list[Timing]], rounds: int) -> None:
    """Into the page of figures."""
    inboxes = found.pop(INBOX)
    last = max(found)
    rows = []
    for kind, limit in LIMITS.items():
        times = [p95_of(of_kind(found[size], kind)) for size in found]
        grown = f"{times[-1][0] / times[0][0]:.2f} ({times[-1][1] / times[0][1]:.2f})"
        some = of_kind(found[last], kind)
        middle = statistics.median(t.milliseconds for t in some)
        usual = statistics.median(t.work for t in some)
        said = (f"{took:.0f} ({work:.0f})" for took, work in times)
        rows.append((kind, *said, f"{middle:.0f} ({usual:.0f})", grown, str(limit)))
    searches = of_kind(found[last], "search")
    slowest: dict[tuple[str, str], Timing] = {}
    for t in sorted(searches, key=lambda t: -t.milliseconds):
        slowest.setdefault((t.viewer, t.query), t)
    worst = [
        (f"`{t.query}`", t.viewer, f"{t.milliseconds:.0f}", f"{t.work:.0f}", f"{t.rows}")
        for t in list(slowest.values())[:12]
    ]
    viewers = {
        viewer: p95_of([t for t in searches if t.viewer == viewer])
        for viewer in dict.fromkeys(t.viewer for t in searches)
    }
    text = SECTION.format(
        sizes=" and ".join(f"{size:,}" for size in found),
        rounds=rounds,
        queries=len({t.query for t in searches}),
        summary=table(
            ("page", *(f"p95 at {size:,}" for size in found), "median", "grown", "may take"), rows
        ),
        inboxes=table(("page", "median", "p95", "may take"), rows_of_inboxes(inboxes)),
        slowest=table(("search", "viewer", "ms", "of CPU", "rows"), worst),
        viewers=", ".join(f"{name} {ms:.0f} ({cpu:.0f})" for name, (ms, cpu) in viewers.items()),
        conditions=table(("", ""), conditions()),
    )
    print(text)
    write_section("search", text)


def rows_of_inboxes(timings: list[Timing]) -> list[tuple[str, ...]]:
    """Each page of the two inboxes."""
    rows = []
    for kind, limit in OF_INBOXES.items():
        some = of_kind(timings, kind)
        middle = statistics.median(t.milliseconds for t in some)
        work = statistics.median(t.work for t in some)
        took, most = p95_of(some)
        rows.append((kind, f"{middle:.0f} ({work:.0f})", f"{took:.0f} ({most:.0f})", f"{limit}"))
    return rows


if __name__ == "__main__":
    main()
