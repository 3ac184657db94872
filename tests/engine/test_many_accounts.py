"""Several engines share many accounts; whoever is killed, each account is held by one engine.

Twelve accounts and three kills in CI; `TEST_LONG=1` plays 300 accounts and twenty kills, with the
waits of the field. Not the haste of other tests: on a busy machine an engine that lives may be
silent for a second, and whoever takes over then comes while its connection is still open (ADR 58).
"""

import imaplib
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from engine.killing import Nursery, nursery
from journeys.databases import database_like, django_using
from journeys.installation import SECRET, Installation
from journeys.waiting import seconds_until
from postroom.accounts.models import Security
from postroom.archive.models import Email
from postroom.engine.starting import start_keeping
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot

LONG = os.environ.get("TEST_LONG") == "1"
ACCOUNTS, KILLS, PACE = (300, 20, "as in the field") if LONG else (12, 3, "steady")
SHARE = 10  # Of all accounts, one in so many gets mail after a kill.
ENGINES = ("first", "second", "third")
CONNECTIONS = 1  # Of one engine for one account: it works and listens by turns.
START, TAKE_OVER = 60.0 + ACCOUNTS / 2, 60.0
LOGIN = re.compile(r"imap-login: Info: Login: user=<([^>]+)>")
LOGOUT = re.compile(r" imap\(([^)]+)\)\S*: Info: (?:Disconnected|Logged out)")
# Also of a connection that was not signed in yet when its engine was killed.
ENDED = re.compile(r" imap\S*: Info: (?:Disconnected|Logged out|Aborted login)")


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
        nursery(Installation(url).environment, PACE) as programs,
    ):
        connect_all(server)
        deliver(server, "Before")
        for name in ENGINES:
            programs.start(name, "engine")
        began = seconds_until(lambda: recorded("Before") == ACCOUNTS, START, every=0.1)
        print(f"{ACCOUNTS} accounts, all there in {began:.1f} s")
        longest = max(kill_one(server, programs, dice, number) for number in range(KILLS))
        deliver(server, "After all")
        seconds_until(lambda: recorded("After all") == ACCOUNTS, START, every=0.1)
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
    """Kill an engine and start another; the seconds until every account is held again.

    Some get mail meanwhile, which must be recorded by whoever holds them.
    """
    victim = dice.choice(ENGINES)
    held = programs.connections(victim, server.port)
    ended_before = len(ENDED.findall(server.log()))
    programs.kill(victim)
    begun = time.monotonic()
    subject, some = f"After kill {number}", range(number % SHARE, ACCOUNTS, SHARE)
    deliver(server, subject, some)
    seconds_until(lambda: len(ENDED.findall(server.log())) >= ended_before + held, TAKE_OVER)
    programs.start(victim, "engine")
    seconds_until(lambda: len(held_now(server.log())) == ACCOUNTS, TAKE_OVER, every=0.1)
    seconds = time.monotonic() - begun
    seconds_until(lambda: recorded(subject) == len(some), TAKE_OVER, every=0.1)
    print(f"kill {number}: {victim} with {held} accounts, all held again in {seconds:.1f} s")
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


def deliver(server: Dovecot, subject: str, numbers: Iterable[int] = range(ACCOUNTS)) -> None:
    """One email to each of these mailboxes."""
    for number in numbers:
        text = (
            f"Message-ID: <{subject}-{number}@example.net>\r\nSubject: {subject}\r\n\r\nHello\r\n"
        )
        server.add(address(number), "INBOX", [text.encode()])


def recorded(subject: str) -> int:
    """How many accounts have recorded it."""
    return Email._default_manager.filter(subject=subject).count()


def accounts_by_engine() -> dict[int, int]:
    """How many accounts each engine's worker holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT worker_id, count(*) FROM procrastinate_jobs WHERE status = 'doing'"
            " AND task_name = 'postroom.keep_account' GROUP BY worker_id"
        )
        return dict(cursor.fetchall())


def held_now(log: str) -> Counter[str]:
    """How many clients each account has now, by the server's log."""
    came = Counter(LOGIN.findall(log))
    came.subtract(LOGOUT.findall(log))
    return +came


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
