"""One message at which every IMAP session breaks off does not keep the others away."""

import asyncio
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from cast import person
from postroom.accounts.models import EmailAccount, Security
from postroom.archive.actions import ask_for
from postroom.archive.models import (
    Action,
    ActionKind,
    ActionState,
    BodyState,
    Email,
    Quarantine,
)
from postroom.imap.uid_set import UidSet
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.sync.actions import BREAKS_OFF
from postroom.sync.database import in_database
from postroom.sync.suspects import ONCE, TWICE
from postroom.team.models import StorageMode, User
from servers.scripted import Dialogue, scripted
from sync.test_pop_suspects import sessions
from torture.letters import LEAD, write_letter
from torture.lying_server import PLAIN, LyingServer, Talk

pytestmark = pytest.mark.usefixtures("transactional_db")

HEADER, BODY, STORE = b"HEADER", b"BODY.PEEK[]", b"STORE"
LOST = "connection_lost"


class BreakingServer(LyingServer):
    """Ends the connection in the middle of one message, as Dovecot does where a file is damaged."""

    def __init__(self, deadly: int, amid: bytes) -> None:
        super().__init__(random.Random(1), PLAIN)
        self.deadly = deadly
        self.amid = amid
        for _ in range(6):
            self.boxes["INBOX"].put(write_letter())

    async def play(self, dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY " + PLAIN + b"] ready")
        talk = BreakingTalk(self, dialogue)
        while await talk.answer_next():
            pass


class BreakingTalk(Talk):
    """One connection to it."""

    server: BreakingServer

    async def on_fetch(self, rest: bytes) -> bytes | str:
        numbers, _, items = rest.partition(b" ")
        if self.server.deadly not in UidSet.parse(numbers) or self.server.amid not in items:
            return await super().on_fetch(rest)
        box = self.server.boxes[self.open]
        for uid, letter in sorted(box.letters.items()):
            if uid == self.server.deadly:
                await self.dialogue.send_raw(b"* 5 FETCH (UID %d BODY[] {999}\r\nSubj" % uid)
                self.dialogue.writer.write_eof()
                while True:  # Until the client has read all of it and leaves.
                    await self.dialogue.line()
            if uid in UidSet.parse(numbers):
                await self.dialogue.send_raw(self.fetched(box, uid, letter, items)[0])
        return b"OK done"

    async def on_store(self, rest: bytes) -> bytes:
        if self.server.amid == STORE:
            self.dialogue.reset()
        return await super().on_store(rest)


def connect(port: int, storage: StorageMode = StorageMode.MATCHED) -> EmailAccount:
    where = ServerAddress("127.0.0.1", port, Security.NONE)
    owner = User.objects.create_user("alice@example.com")
    return connect_account(
        AccountRequest(
            owner=owner, address=owner.email, imap=where, password="secret", storage=storage
        )
    )


def reasons() -> list[str]:
    return list(Quarantine.objects.order_by("pk").values_list("reason", flat=True))


def synced(
    server: BreakingServer, count: int, storage: StorageMode = StorageMode.MATCHED
) -> list[str]:
    """So many sessions; what each met."""

    async def play() -> list[str]:
        async with scripted(server.play) as running:
            account = await in_database(connect, running.port, storage)
            return await sessions(account, count)

    return asyncio.run(play())


def test_the_others_come_and_the_one_is_set_aside() -> None:
    assert synced(BreakingServer(3, HEADER), 4) == [LOST, LOST, "", ""]
    assert Email.objects.count() == 5
    assert reasons() == [TWICE]


@pytest.mark.parametrize("storage", [StorageMode.MATCHED, StorageMode.EVERYTHING])
def test_of_a_body_that_breaks_every_session_the_header_is_kept(storage: StorageMode) -> None:
    person("Lea", LEAD)
    assert synced(BreakingServer(3, BODY), 4, storage) == [LOST, LOST, "", ""]
    states = Email.objects.order_by("subject").values_list("body_state", flat=True)
    stored, unavailable = BodyState.STORED, BodyState.UNAVAILABLE
    assert list(states) == [stored, stored, unavailable, stored, stored, stored]
    assert reasons() == [TWICE]


@pytest.mark.parametrize("amid", [HEADER, BODY])
def test_a_message_is_not_blamed_for_a_bad_moment(amid: bytes) -> None:
    person("Lea", LEAD)
    server = BreakingServer(3, amid)

    async def play() -> None:
        async with scripted(server.play) as running:
            account = await in_database(connect, running.port)
            assert await sessions(account, 1) == [LOST]
            assert await in_database(reasons) == [ONCE]
            server.deadly = 0
            assert await sessions(account, 2) == ["", ""]

    asyncio.run(play())
    assert Email.objects.filter(body_state=BodyState.STORED).count() == 6
    assert reasons() == []


def test_an_action_that_breaks_every_session_is_refused_and_mail_comes_again() -> None:
    """It stays asked for ten minutes: mostly the network is to blame."""
    server = BreakingServer(0, STORE)

    async def play() -> None:
        async with scripted(server.play) as running:
            account = await in_database(connect, running.port)
            assert await sessions(account, 1) == [""]
            await in_database(flag_one)
            server.boxes["INBOX"].put(write_letter())
            assert await sessions(account, 2) == [LOST, LOST]
            await in_database(asked_long_ago)
            assert await sessions(account, 2) == [LOST, ""]

    asyncio.run(play())
    assert Action.objects.get().refusal == BREAKS_OFF
    assert Email.objects.count() == 7


def flag_one() -> None:
    email = Email.objects.select_related("account").first()
    assert email is not None
    ask_for(ActionKind.FLAG, email, timezone.now())


def asked_long_ago() -> None:
    waiting = Action.objects.filter(state=ActionState.ASKED)
    assert waiting.update(asked_at=timezone.now() - timedelta(minutes=11)) == 1
