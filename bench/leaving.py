"""What the deletion of a mailbox costs, and what those beside it feel of it.

    python -m bench.leaving [--emails 100000] [--others 20] [--print]

Whole emails of one mailbox are deleted by a process of its own, while twenty others record mail and
a colleague reads. The same two are measured before it, so that the ratio holds on a busy machine.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from bench.machine import conditions
from bench.page import table, write_section
from bench.wall import set_up
from postroom.config import postgres

SECTION = """## Deactivating a mailbox

Written by `python -m bench.leaving`. {emails:,} whole emails are deleted in {seconds:.1f} s:
{rate:,.0f} a second. Meanwhile {others} others record mail by turns, and a colleague reads.

{table}
{conditions}"""
HEADINGS = ("", "before", "while it is deleted", "ratio")
QUIET_SECONDS = 10.0
WINDOW = 20
DELETE = """
import django, sys, time
django.setup()
from postroom.cleanup.deleting import delete_next
begun = time.perf_counter()
while delete_next(int(sys.argv[1])): pass
print(time.perf_counter() - begun)
"""


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emails", type=int, default=100_000)
    parser.add_argument("--others", type=int, default=20)
    parser.add_argument("--print", action="store_true", help="Write nothing.")
    arguments = parser.parse_args()
    measured = conditions()
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        Path(place).chmod(0o755)
        seconds, rows = measure(Path(place), arguments.emails, arguments.others)
    section = SECTION.format(
        emails=arguments.emails,
        others=arguments.others,
        seconds=seconds,
        rate=arguments.emails / seconds,
        table=table(HEADINGS, rows),
        conditions=table(("", ""), measured),
    )
    print(section)
    if not arguments.print:
        write_section("leaving", section)


def measure(place: Path, emails: int, others: int) -> tuple[float, list[tuple[str, ...]]]:
    """How long it took, and both rows."""
    with postgres.running(place, throwaway=True) as url:
        set_up(place, url)
        from django.conf import settings
        from django.db import connection

        from cast import NOON, account_of, user
        from cleanup.full_mailboxes import bring, fill, letters
        from postroom.accounts.lifecycle import Decision
        from postroom.accounts.models import Sharing
        from postroom.engine.leaving import end_keeping

        settings.ALLOWED_HOSTS = ["*"]
        leaver = account_of(user("Leaver"), Sharing.PUBLIC)
        fill(leaver, emails)
        beside = [account_of(user(f"User{n}"), Sharing.PUBLIC) for n in range(others)]
        read = reader()
        for account in beside:
            bring(account, letters(WINDOW, account.address))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        turns = Turns(beside, read)
        end = perf_counter() + QUIET_SECONDS
        before = turns.until(lambda: perf_counter() > end)
        end_keeping(leaver, Decision(NOON, leaver.owner))
        command = [sys.executable, "-c", DELETE, str(leaver.pk)]
        with subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE) as deleting:
            during = turns.until(lambda: deleting.poll() is not None)
            assert deleting.stdout
            return float(deleting.stdout.read()), rows_of(before, during)


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


class Turns:
    """One mailbox after the other records a window of mail, and after each a page is read."""

    def __init__(self, accounts: list[object], read: Callable[[], None]) -> None:
        self.accounts, self.read, self.first = accounts, read, WINDOW

    def until(self, is_over: Callable[[], bool]) -> tuple[list[float], list[float]]:
        """Seconds of each page, and of each window."""
        from cleanup.full_mailboxes import bring, letters

        pages, windows = [], []
        while not is_over() or len(pages) < WINDOW:
            for account in self.accounts:
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


def rows_of(
    before: tuple[list[float], list[float]], during: tuple[list[float], list[float]]
) -> list[tuple[str, ...]]:
    """Pages by their 95th percentile, recording by its rate."""
    slow = [statistics.quantiles(pages, n=20)[-1] * 1000 for pages, _ in (before, during)]
    rate = [WINDOW / statistics.fmean(windows) for _, windows in (before, during)]
    return [
        ("page, p95, ms", *(f"{each:.0f}" for each in slow), f"{slow[1] / slow[0]:.2f}"),
        ("recorded a second", *(f"{each:.0f}" for each in rate), f"{rate[0] / rate[1]:.2f}"),
    ]


if __name__ == "__main__":
    main()
