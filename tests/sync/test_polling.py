"""A POP3 account is kept in sync by short sessions; a bell that brings nothing opens none."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from django.utils import timezone

from cast import message, person
from journeys.installation import ALICE, SECRET
from postroom.accounts.lifecycle import pause
from postroom.archive.models import BodyState, Email
from postroom.crm.people import set_addresses
from postroom.sync import polling
from postroom.sync.bell import Bell
from postroom.sync.database import in_database
from postroom.sync.polling import keep_polling
from servers.dovecot import Dovecot, dovecot
from sync.test_pop import connected

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_mail_comes_with_the_next_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "POLL_SECONDS", 0.2)
    with dovecot({ALICE: SECRET}) as server:
        account = connected(server)

        async def play() -> None:
            keeping = asyncio.create_task(keep_polling(account, timezone.now, Bell(), 60))
            for number in range(3):
                server.add(ALICE, "INBOX", [message(f"n{number}", from_="a@x.example")])
                await until_true(lambda seen=number: has_emails(seen + 1))
            await in_database(pause, account)
            await asyncio.wait_for(keeping, 20)

        asyncio.run(play())
    assert Email.objects.count() == 3


def test_a_bell_opens_a_session_only_where_a_body_is_due() -> None:
    with dovecot({ALICE: SECRET}) as server:
        server.add(ALICE, "INBOX", [message("n", from_="a@x.example")])
        account = connected(server)
        lead = person("Lena Lead", "lead@x.example")
        bell = Bell()

        async def play() -> None:
            keeping = asyncio.create_task(keep_polling(account, timezone.now, bell, 60))
            await until_true(lambda: has_emails(1))
            await asyncio.sleep(1)
            before = sessions(server)
            bell.set()
            await asyncio.sleep(1)
            assert sessions(server) == before
            await in_database(set_addresses, lead, ["lead@x.example", "a@x.example"])
            bell.set()
            await until_true(lambda: in_database(is_whole))
            assert sessions(server) == before + 1
            await in_database(pause, account)
            bell.set()
            await asyncio.wait_for(keeping, 20)

        asyncio.run(play())


def sessions(server: Dovecot) -> int:
    """How often somebody has signed in over POP3."""
    return server.log().count("pop3-login: Info: Login:")


async def has_emails(count: int) -> bool:
    """Whether so many emails are here."""
    return await Email.objects.acount() == count


def is_whole() -> bool:
    """Whether the body is here."""
    return Email.objects.get().body_state == BodyState.STORED


async def until_true(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it, half a minute at most."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - a row of the database rings no event
            await asyncio.sleep(0.05)
