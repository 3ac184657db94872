"""One message at which every session breaks off does not keep the others away."""

import asyncio

import pytest
from django.utils import timezone

from cast import message, person, user
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount, Security
from postroom.archive.models import Email, Quarantine
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.sync.database import in_database
from postroom.sync.once import sync_once
from postroom.sync.suspects import ONCE, TWICE
from postroom.sync.troubles import SyncFailed
from servers.scripted import Dialogue, Script, scripted

pytestmark = pytest.mark.usefixtures("transactional_db")

LETTERS = [message(f"n{n}", from_="a@x.example", to=ALICE) for n in range(1, 7)]


def breaks_at(deadly: set[int]) -> Script:
    """Return a POP3 server with six letters that goes away when asked for some of them."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"+OK ready")
        while True:
            word, *rest = (await dialogue.line()).upper().split()
            match word:
                case b"CAPA":
                    await dialogue.send(b"+OK", b"TOP", b"UIDL", b"USER", b".")
                case b"LIST":
                    await dialogue.send(b"+OK", *(b"%d 300" % n for n in range(1, 7)), b".")
                case b"UIDL":
                    await dialogue.send(b"+OK", *(b"%d u%d" % (n, n) for n in range(1, 7)), b".")
                case b"TOP" | b"RETR":
                    number = int(rest[0])
                    if number in deadly and (word == b"RETR" or int(rest[1]) >= threshold):
                        return
                    await dialogue.send(b"+OK", *LETTERS[number - 1].splitlines(), b".")
                case _:
                    await dialogue.send(b"+OK")

    threshold = 0 if 0 not in deadly else 1
    return play


def connect(port: int) -> EmailAccount:
    return connect_account(
        AccountRequest(
            owner=user("Alice"),
            address=ALICE,
            pop=ServerAddress("127.0.0.1", port, Security.NONE),
            password=SECRET,
        )
    )


async def sessions(account: EmailAccount, count: int) -> list[str]:
    """Sync so many times; returns what each met, empty for nothing."""
    met = []
    for _ in range(count):
        try:
            await sync_once(account, timezone.now)
            met.append("")
        except SyncFailed as failure:
            met.append(failure.kind)
    return met


def reasons() -> list[str]:
    return list(Quarantine.objects.order_by("pk").values_list("reason", flat=True))


def test_the_others_come_and_the_one_is_set_aside() -> None:
    async def play() -> None:
        async with scripted(breaks_at({5})) as server:
            account = await in_database(connect, server.port)
            assert await sessions(account, 4) == ["connection_lost", "connection_lost", "", ""]

    asyncio.run(play())
    assert sorted(Email.objects.values_list("subject", flat=True)) == ["n1", "n2", "n3", "n4", "n6"]
    assert reasons() == [TWICE]


def test_a_body_that_breaks_every_session_is_given_up() -> None:
    person("Lena Lead", "a@x.example")

    async def play() -> None:
        async with scripted(breaks_at({0, 5})) as server:
            account = await in_database(connect, server.port)
            assert await sessions(account, 4) == ["connection_lost", "connection_lost", "", ""]

    asyncio.run(play())
    assert Email.objects.filter(body_state="stored").count() == 5
    assert Email.objects.get(body_state="unavailable").subject == "n5"


def test_a_message_is_not_blamed_for_a_bad_moment() -> None:
    deadly = {3}

    async def play() -> None:
        async with scripted(breaks_at(deadly)) as server:
            account = await in_database(connect, server.port)
            assert await sessions(account, 1) == ["connection_lost"]
            assert await in_database(reasons) == [ONCE]
            deadly.clear()
            assert await sessions(account, 2) == ["", ""]

    asyncio.run(play())
    assert Email.objects.count() == 6
    assert reasons() == []
