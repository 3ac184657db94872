"""Several engines share many accounts; whoever is killed, each account is held by one engine.

Twelve accounts and three kills in CI; `TEST_LONG=1` plays 300 accounts and twenty kills.
"""

import imaplib
import os
import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from engine.killing import Nursery, nursery
from journeys.databases import database_like, django_using
from journeys.installation import SECRET, Installation
from journeys.waiting import seconds_until
from postroom.accounts.models import EmailAccount, Security
from postroom.archive.models import Email
from postroom.engine.starting import start_keeping
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot

LONG = os.environ.get("TEST_LONG") == "1"
ACCOUNTS, KILLS = (300, 20) if LONG else (12, 3)
ENGINES = ("first", "second", "third")
CONNECTIONS = 1  # Of one engine for one account: it works and listens by turns.
START, TAKE_OVER = 60.0 + ACCOUNTS / 2, 60.0
LOGIN = re.compile(r"imap-login: Info: Login: user=<([^>]+)>")
LOGOUT = re.compile(r" imap\(([^)]+)\)\S*: Info: (?:Disconnected|Logged out)")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({address(n): SECRET for n in range(ACCOUNTS)}) as running:
        yield running


@pytest.mark.timeout(3600 if LONG else 300)
def test_each_account_has_one_engine_whoever_is_killed(
    server: Dovecot, migrated_template: str, django_db_blocker: DjangoDbBlocker
) -> None:
    dice = random.Random(2026)
    with (
        database_like(migrated_template) as url,
        django_db_blocker.unblock(),
        django_using(url),
        nursery(Installation(url).environment) as programs,
    ):
        connect_all(server)
        deliver(server, "Before")
        for name in ENGINES:
            programs.start(name, "engine")
        print(f"all there in {seconds_until(lambda: everywhere('Before'), START):.1f} s")
        longest = max(kill_one(server, programs, dice, number) for number in range(KILLS))
        spread = accounts_by_engine()
    held = most_at_once(server.log())
    print(f"{KILLS} kills, taken over in {longest:.1f} s at most; at the end {spread}")
    assert len(held) == ACCOUNTS
    assert max(held.values()) <= CONNECTIONS, held.most_common(3)


def test_the_count_sees_who_comes_twice(server: Dovecot) -> None:
    """The control: two more clients of one account are seen in the server's log."""
    clients = [imaplib.IMAP4(server.host, server.port) for _ in range(CONNECTIONS + 1)]
    for client in clients:
        client.login(address(0), SECRET)
    for client in clients:
        client.logout()
    seconds_until(lambda: most_at_once(server.log())[address(0)] > CONNECTIONS, 5)


def kill_one(server: Dovecot, programs: Nursery, dice: random.Random, number: int) -> float:
    """Kill an engine, deliver to everybody, and start another; the seconds until all is there."""
    victim = dice.choice(ENGINES)
    programs.kill(victim)
    subject = f"After kill {number}"
    deliver(server, subject)
    programs.start(victim, "engine")
    try:
        seconds = seconds_until(lambda: everywhere(subject), TAKE_OVER, every=0.2)
    except AssertionError as late:
        late.add_note(f"kill {number} of {victim}, {waiting_for(subject)}")
        raise
    print(f"kill {number}: {victim}, all there in {seconds:.1f} s")
    return seconds


def address(number: int) -> str:
    """The mailbox of the account with this number."""
    return f"user{number}@example.com"


def connect_all(server: Dovecot) -> None:
    """Everybody has one account on the server."""
    where = ServerAddress(server.host, server.port, Security.NONE)
    for number in range(ACCOUNTS):
        owner = User.objects.create_user(address(number))
        request = AccountRequest(owner=owner, address=owner.email, imap=where, password=SECRET)
        start_keeping(connect_account(request))


def deliver(server: Dovecot, subject: str) -> None:
    """One email to every mailbox."""
    for number in range(ACCOUNTS):
        text = (
            f"Message-ID: <{subject}-{number}@example.net>\r\nSubject: {subject}\r\n\r\nHello\r\n"
        )
        server.add(address(number), "INBOX", [text.encode()])


def everywhere(subject: str) -> bool:
    """Whether every account has recorded it."""
    return Email._default_manager.filter(subject=subject).count() == ACCOUNTS


def waiting_for(subject: str) -> list[object]:
    """Which accounts have not recorded it, and how their jobs stand; for who reads a failure."""
    has_it = Email._default_manager.filter(subject=subject).values("account")
    late = EmailAccount.objects.exclude(pk__in=has_it).values_list("pk", "trouble")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args, status, worker_id, scheduled_at, attempts FROM procrastinate_jobs"
            " WHERE status IN ('todo', 'doing') AND (args->>'account_id')::int = ANY(%s)",
            [[pk for pk, _ in late]],
        )
        return [*late, *cursor.fetchall()]


def accounts_by_engine() -> dict[int, int]:
    """How many accounts each engine's worker holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT worker_id, count(*) FROM procrastinate_jobs WHERE status = 'doing'"
            " AND task_name = 'postroom.keep_account' GROUP BY worker_id"
        )
        return dict(cursor.fetchall())


def most_at_once(log: str) -> Counter[str]:
    """The most clients of each account that were signed in at one time, by the server's log."""
    now: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for line in log.splitlines():
        if found := LOGIN.search(line):
            now[found[1]] += 1
            most[found[1]] = max(most[found[1]], now[found[1]])
        elif found := LOGOUT.search(line):
            now[found[1]] -= 1
    return most
