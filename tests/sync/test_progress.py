"""The numbers of a sync end when it ends, whatever it was that brought mail."""

import asyncio
from collections.abc import Iterator

import pytest
from django.utils import timezone

from cast import message
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount
from postroom.archive.models import SyncRun
from postroom.sync.connecting import signed_in
from postroom.sync.keeping import Keeper
from postroom.sync.parsing import LimitedParser
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected, sync

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        yield running


async def hear_of_the_inbox(account: EmailAccount) -> None:
    """What the keeper does when the server tells that something came."""
    parser = LimitedParser()
    try:
        async with signed_in(account, timezone.now) as client:
            await Keeper(account, client, timezone.now, parser).look_at_inbox()
    finally:
        parser.close()


def test_mail_that_was_pushed_leaves_no_progress_behind(server: Dovecot) -> None:
    account = connected(server)
    sync(account)
    server.add(ALICE, "INBOX", [message("Pushed", to=ALICE)])
    asyncio.run(hear_of_the_inbox(account))
    run = SyncRun.objects.latest("started_at")
    assert run.messages_done == 1
    assert run.finished_at is not None


def test_a_look_that_brings_nothing_leaves_no_numbers(server: Dovecot) -> None:
    account = connected(server)
    sync(account)
    before = SyncRun.objects.count()
    asyncio.run(hear_of_the_inbox(account))
    assert SyncRun.objects.count() == before
