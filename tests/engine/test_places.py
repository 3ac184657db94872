"""An engine holds as many accounts as it may; however many wait, all other jobs are done."""

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from cast import account_of, user
from journeys.databases import database_like, django_using
from journeys.installation import SECRET, Installation
from journeys.waiting import seconds_until
from postroom.accounts.models import Security
from postroom.archive.announce import WORK_WAITING, announce_in_sight, announce_work
from postroom.engine.bells import Bells
from postroom.engine.forgotten import start_answering
from postroom.engine.running import going_on
from postroom.engine.starting import start_keeping
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.sync.database import in_database
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot

START, SOON = 60.0, 20.0
ADDRESSES = [f"user{number}@example.com" for number in range(12)]


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot(dict.fromkeys(ADDRESSES, SECRET)) as running:
        yield running


def test_accounts_that_wait_for_a_place_keep_no_other_job_waiting(
    server: Dovecot, migrated_template: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with (
        database_like(migrated_template) as url,
        django_db_blocker.unblock(),
        django_using(url),
    ):
        where = ServerAddress(server.host, server.port, Security.NONE)
        for address in ADDRESSES:
            owner = User.objects.create_user(address)
            request = AccountRequest(owner=owner, address=address, imap=where, password=SECRET)
            start_keeping(connect_account(request))
        with Installation(url, {"POSTROOM_ENGINE_ACCOUNTS": "2"}).running("engine"):
            seconds_until(lambda: kept() >= 2, START)
            start_answering("nobody@example.com")
            seconds_until(lambda: not waiting("postroom.answer_forgotten"), SOON)
            assert kept() == 2


def kept() -> int:
    """How many accounts are held."""
    return count("task_name = 'postroom.keep_account' AND status = 'doing'")


def waiting(task: str) -> int:
    """How many jobs of this name are not done."""
    return count(f"task_name = '{task}'")


def count(condition: str) -> int:
    """How many jobs are so."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM procrastinate_jobs WHERE {condition}")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_what_a_listener_did_not_expect_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    account, bells = account_of(user("Alice")), Bells()

    async def play() -> None:
        listening = asyncio.create_task(going_on(bells.listen))
        with bells.of(account.pk) as bell:
            await rung(bell)  # It looks everywhere when it begins.
            await in_database(announce_badly)
            await rung(bell)  # It has begun anew.
            await in_database(announce_work, account.pk)
            await rung(bell)
        listening.cancel()

    with caplog.at_level(logging.ERROR, "postroom.engine.running"):
        asyncio.run(play())
    assert [record.message for record in caplog.records if "begins anew" in record.message]


async def rung(bell: asyncio.Event) -> None:
    """Wait for the bell, and set it to rest."""
    await asyncio.wait_for(bell.wait(), SOON)
    bell.clear()


def announce_badly() -> None:
    """What no room of Postroom says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [WORK_WAITING, json.dumps("nothing")])


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_whose_mail_somebody_looks_at_is_in_sight_for_a_while() -> None:
    account, other, bells = account_of(user("Alice")), account_of(user("Bob")), Bells()

    async def play() -> None:
        listening = asyncio.create_task(bells.listen())
        with bells.of(account.pk) as bell, bells.of(other.pk) as others:
            await rung(bell)
            assert not bell.is_in_sight
            await in_database(announce_in_sight, [account.pk])
            await rung(bell)
            assert bell.is_in_sight
            assert not others.is_in_sight
        listening.cancel()

    asyncio.run(play())
