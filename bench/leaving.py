"""What the deletion of a mailbox costs, and what those beside it feel of it.

    python -m bench.leaving [--emails 100000] [--others 20] [--print]

Whole emails of one mailbox are deleted by a process of its own, while twenty others record mail and
a colleague reads. The same two are measured before it and after it, so that the ratio holds on a
machine that others use as well; for the same reason the processor's time stands beside the clock's.
Then the same mailbox is recorded anew. What the others brought meanwhile takes space as well, so
rows stand beside octets, and what is compared is the octets of a row.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import IO, TYPE_CHECKING

from bench.ending import end_tidily
from bench.machine import conditions
from bench.page import table, write_section
from bench.wall import set_up
from postroom.config import postgres

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount

SECTION = """## Deactivating a mailbox

Written by `python -m bench.leaving`. {emails:,} whole emails are deleted in {seconds:.1f} s, of
which the processor worked {cpu:.1f} s: {rate:,.0f} a second by the clock, {cpu_rate:,.0f} a second
of a processor. Meanwhile {others} others record mail by turns, and a colleague reads; *without* is
before and after. `VACUUM` took {vacuum:.1f} s more.

{table}
{space}
{conditions}"""
SIZE = "SELECT count(*), pg_total_relation_size({name}) FROM {table}"
HEADINGS = ("", "without", "while it is deleted", "ratio")
SPACE = ("rows · MiB with indexes", "full", "deleted", "synced anew", "octets a row, anew : full")
LARGEST = 8  # Tables that have a line of their own.
QUIET_SECONDS = 10.0
WINDOW = 20
DELETE = """
import django, json, sys, time
from datetime import UTC, datetime
django.setup()
from django.db import connection
from postroom.cleanup.deleting import delete_next
from postroom.cleanup.space import use_again
def worked():
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    words = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return time.process_time() + (int(words[11]) + int(words[12])) / 100
begun, before = time.perf_counter(), worked()
while delete_next(int(sys.argv[1]), datetime.now(UTC)): pass
over, cpu = time.perf_counter(), worked() - before
print("over", flush=True)
use_again()
print(json.dumps([over - begun, cpu, time.perf_counter() - over]))
"""


def main() -> None:
    """Measure, print and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emails", type=int, default=100_000)
    parser.add_argument("--others", type=int, default=20)
    parser.add_argument("--print", action="store_true", help="Write nothing.")
    arguments = parser.parse_args()
    measured = conditions()
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        Path(place).chmod(0o755)
        (seconds, cpu, vacuum), rows, space = measure(
            Path(place), arguments.emails, arguments.others
        )
    section = SECTION.format(
        emails=arguments.emails,
        others=arguments.others,
        seconds=seconds,
        cpu=cpu,
        vacuum=vacuum,
        rate=arguments.emails / seconds,
        cpu_rate=arguments.emails / cpu,
        table=table(HEADINGS, rows),
        space=table(SPACE, space),
        conditions=table(("", ""), measured),
    )
    print(section)
    if not arguments.print:
        write_section("leaving", section)


Rows = list[tuple[str, ...]]


def measure(place: Path, emails: int, others: int) -> tuple[tuple[float, float, float], Rows, Rows]:
    """Seconds of the clock, of the processor and of VACUUM; both rows; the space."""
    with postgres.running(place, throwaway=True) as url:
        set_up(place, url)
        from cast import NOON
        from postroom.accounts.lifecycle import Decision
        from postroom.engine.leaving import end_keeping

        leaver, turns = world(emails, others)
        full = space_in()
        without = turns.for_seconds(QUIET_SECONDS / 2)
        end_keeping(leaver, Decision(NOON, leaver.owner))
        seconds, during = delete_beside(turns, leaver.pk)
        after = turns.for_seconds(QUIET_SECONDS / 2)
        left = space_in()
        sync_anew(leaver, emails)
        space = space_rows(full, left, space_in())
        both = without[0] + after[0], without[1] + after[1]
        return seconds, rows_of(both, during), space


def world(emails: int, others: int) -> tuple["EmailAccount", "Turns"]:
    """The full mailbox, and those beside it."""
    from django.conf import settings
    from django.db import connection

    from cast import account_of, user
    from cleanup.full_mailboxes import bring, fill, letters
    from postroom.accounts.models import Sharing

    settings.ALLOWED_HOSTS = ["*"]
    leaver = account_of(user("Leaver"), Sharing.PUBLIC)
    fill(leaver, emails)
    beside = [account_of(user(f"User{n}"), Sharing.PUBLIC) for n in range(others)]
    read = reader()
    for account in beside:
        bring(account, letters(WINDOW, account.address))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return leaver, Turns(beside, read)


def delete_beside(turns: "Turns", account_id: int) -> tuple[tuple[float, float, float], "Times"]:
    """Delete in a process of its own; its seconds, and what the others felt meanwhile."""
    command = [sys.executable, "-c", DELETE, str(account_id)]
    with subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE) as deleting:
        assert deleting.stdout
        os.set_blocking(deleting.stdout.fileno(), False)
        told = bytearray()
        during = turns.until(lambda: b"over" in hear(deleting.stdout, told))
        os.set_blocking(deleting.stdout.fileno(), True)
        told += deleting.stdout.read()
    return tuple(json.loads(told.split(b"\n")[1])), during


def hear(pipe: IO[bytes], told: bytearray) -> bytearray:
    """What the process said so far."""
    told += pipe.read() or b""
    return told


def sync_anew(account: "EmailAccount", emails: int) -> None:
    """The same mailbox, reactivated."""
    from cleanup.full_mailboxes import fill
    from postroom.accounts.models import Activation
    from postroom.archive.models import Folder

    Folder.objects.filter(account=account).delete()
    account.activation = Activation.ACTIVE
    account.save(update_fields=["activation"])
    fill(account, emails)


Space = dict[str, tuple[int, int]]


def space_in() -> Space:
    """Rows of each table of mail, and its bytes on the disk with its indexes."""
    from django.db import connection
    from psycopg import sql

    from postroom.cleanup.space import tables_of_mail

    found = {}
    with connection.cursor() as cursor:
        for name in tables_of_mail():
            names = {"name": sql.Literal(name), "table": sql.Identifier(name)}
            cursor.execute(sql.SQL(SIZE).format(**names))
            found[name] = cursor.fetchone()
    return found


def space_rows(full: Space, left: Space, anew: Space) -> Rows:
    """The largest tables, and the sum of all with the emails as its rows."""
    largest = sorted(full, key=lambda name: -full[name][1])[:LARGEST]
    lines = [(name, [each[name] for each in (full, left, anew)]) for name in largest]
    sums = [
        (each["archive_email"][0], sum(octets for _, octets in each.values()))
        for each in (full, left, anew)
    ]
    return [space_row(name, sizes) for name, sizes in [*lines, ("all, by email", sums)]]


def space_row(name: str, sizes: list[tuple[int, int]]) -> tuple[str, ...]:
    """Three times rows and octets, and how the octets of a row compare."""
    before, after = (octets / max(rows, 1) for rows, octets in (sizes[0], sizes[2]))
    told = (f"{rows:,} · {octets / 2**20:,.1f}" for rows, octets in sizes)
    return (name, *told, f"{after / before:.2f}")


def reader() -> Callable[[], None]:
    """What a colleague does: open the page of a person with mail."""
    from django.test import Client

    from cast import person, user
    from cleanup.full_mailboxes import CANARY
    from web.browser import SIGN_IN

    known, client = person("Lena Lead", f"{CANARY}.1@customer.example"), Client()
    client.force_login(user("Reader"), backend=SIGN_IN)

    def read() -> None:
        assert client.get(f"/people/{known.pk}/").status_code == 200

    return read


Times = tuple[list[float], list[float]]


class Turns:
    """One mailbox after the other records a window of mail, and after each a page is read."""

    def __init__(self, accounts: list[object], read: Callable[[], None]) -> None:
        self.accounts, self.read, self.first = accounts, read, WINDOW

    def for_seconds(self, seconds: float) -> Times:
        """For so long."""
        end = perf_counter() + seconds
        return self.until(lambda: perf_counter() > end)

    def until(self, is_over: Callable[[], bool]) -> Times:
        """Seconds of each page, and of each window."""
        from cleanup.full_mailboxes import bring, letters

        pages, windows = [], []
        while not is_over() or len(pages) < WINDOW:
            for account in self.accounts:
                if is_over() and len(pages) >= WINDOW:
                    break
                new = letters(WINDOW, account.address, first=self.first)
                windows.append(timed(lambda account=account, new=new: bring(account, new)))
                pages.append(timed(self.read))
            self.first += WINDOW
        return pages, windows


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begun = perf_counter()
    work()
    return perf_counter() - begun


def rows_of(before: Times, during: Times) -> Rows:
    """Pages by their 95th percentile, recording by its rate."""
    slow = [statistics.quantiles(pages, n=20)[-1] * 1000 for pages, _ in (before, during)]
    rate = [WINDOW / statistics.fmean(windows) for _, windows in (before, during)]
    return [
        ("page, p95, ms", *(f"{each:.0f}" for each in slow), f"{slow[1] / slow[0]:.2f}"),
        ("recorded a second", *(f"{each:.0f}" for each in rate), f"{rate[0] / rate[1]:.2f}"),
    ]


if __name__ == "__main__":
    main()
