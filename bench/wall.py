"""What the second wall costs: a person's Emails list with and without row-level security.

    python -m bench.wall [--emails 10000] [--print]

Writes its section of docs/benchmarks.md. One database, one process, both ways by turns; ADR 0032
decides by it.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from bench.ending import end_tidily
from bench.machine import conditions
from bench.page import table, write_section
from postroom.config import postgres
from postroom.config.secrets import ensure_key_file

SECTION = """## The second wall

Written by `python -m bench.wall`. A person with {emails:,} emails in a colleague's public mailbox,
among 30 mailboxes and 2,000 people; the viewer is a colleague. Median of {rounds} rounds by turns.

{table}
{conditions}"""
HEADINGS = ("", "without, ms", "with, ms", "ratio")
ROUNDS = 60
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def main() -> None:
    """Measure, print and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emails", type=int, default=10_000)
    parser.add_argument("--print", action="store_true", help="Write nothing.")
    arguments = parser.parse_args()
    measured = conditions()
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        Path(place).chmod(0o755)
        rows = measure(Path(place), arguments.emails)
    section = SECTION.format(
        emails=arguments.emails,
        rounds=ROUNDS,
        table=table(HEADINGS, rows),
        conditions=table(("", ""), measured),
    )
    print(section)
    if not arguments.print:
        write_section("wall", section)


def measure(place: Path, emails: int) -> list[tuple[str, ...]]:
    """A row for each way of reading; the database ends with the measurement."""
    with postgres.running(place, throwaway=True) as url:
        set_up(place, url)
        fill(emails)
        return compare()


def set_up(place: Path, url: str) -> None:
    """Django on a database of its own."""
    import django
    from django.core.management import call_command

    ensure_key_file(place / "secret.key")
    os.environ |= {
        "POSTROOM_DATA_DIR": str(place),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "postroom.config.settings",
    }
    django.setup()
    call_command("migrate", verbosity=0)


def fill(number: int) -> None:
    """Alice's public mailbox full of mail with Lena, and others' around it."""
    from django.db import connection

    from cast import account_of, person, user
    from postroom.accounts.models import Sharing
    from postroom.archive.models import Email, Participant

    alice, _ = user("Alice"), user("Bob")
    account = account_of(alice, Sharing.PUBLIC)
    for other in range(30):
        account_of(user(f"User{other}"), Sharing.PUBLIC)
    person("Lena Lead", "lena@customer.example")
    for other in range(2_000):
        person(f"P {other}", f"p{other}@other.example")
    emails = Email.objects.bulk_create(
        Email(
            account=account,
            identity=n.to_bytes(4, "big"),
            subject=f"Subject {n}",
            sent_at=NOON + timedelta(minutes=n),
            received_at=NOON,
            direction="received",
        )
        for n in range(number)
    )
    parties = ((1, "lena@customer.example"), (3, account.address), (4, "x@elsewhere.example"))
    Participant.objects.bulk_create(
        Participant(
            email=email,
            account=account,
            role=role,
            position=0,
            address=a,
            canonical=a,
            sent_at=email.sent_at,
        )
        for email in emails
        for role, a in parties
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def compare() -> list[tuple[str, ...]]:
    """Each way of reading, as the tables' owner and behind the wall."""
    from postroom.archive.wall import seen_by
    from postroom.association import all_related_emails, related_emails, visible_to
    from postroom.crm.models import Person
    from postroom.team.models import User
    from postroom.web.emails.related import about_person, related_list

    lena = Person.objects.get(last_name="Lead")
    bob = User.objects.get(name="Bob")
    ways: dict[str, tuple[Callable[[], object], int]] = {
        "first page of the list": (lambda: related_emails(lena, bob), ROUNDS),
        "the page with all on its rows": (
            lambda: related_list(about_person(lena), bob, {}),
            ROUNDS,
        ),
        "all of the list": (lambda: all_related_emails(lena, bob), 7),
        "how many there are": (lambda: visible_to(bob).count(), 15),
    }
    rows = []
    for name, (way, rounds) in ways.items():
        without, behind = [], []
        for _ in range(rounds):
            without.append(timed(way, nullcontext))
            behind.append(timed(way, lambda: seen_by(bob.pk)))
        a, b = statistics.median(without), statistics.median(behind)
        rows.append((name, f"{a * 1e3:.1f}", f"{b * 1e3:.1f}", f"{b / a:.2f}"))
    return rows


def timed(way: Callable[[], object], entered: Callable[[], object]) -> float:
    """Seconds of one reading, entering included."""
    begun = perf_counter()
    with entered():  # type: ignore[attr-defined]
        way()
    return perf_counter() - begun


if __name__ == "__main__":
    main()
