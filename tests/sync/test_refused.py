"""One message that an IMAP server refuses to give does not keep the others of its folder away."""

import asyncio
import random

import pytest

from cast import person
from postroom.archive.models import BodyState, Email, Quarantine
from postroom.imap.uid_set import UidSet
from postroom.sync.database import in_database
from postroom.team.models import StorageMode
from servers.scripted import Dialogue, scripted
from sync.test_breaking_off import BODY, HEADER, connect
from sync.test_pop_suspects import sessions
from torture.letters import LEAD, write_letter
from torture.lying_server import PLAIN, LyingServer, Talk

pytestmark = pytest.mark.usefixtures("transactional_db")

WORDS = "The requested message could not be converted to an RFC-822 compatible format."
MATCHED, EVERYTHING = StorageMode.MATCHED, StorageMode.EVERYTHING


class RefusingServer(LyingServer):
    """Says NO to every FETCH that asks for one of these messages, as Exchange did."""

    def __init__(
        self, refused: set[int], amid: bytes, *, gives_some: bool, count: int = 12
    ) -> None:
        super().__init__(random.Random(1), PLAIN)
        self.refused = refused
        self.amid = amid
        self.gives_some = gives_some
        self.refusals = 0
        for _ in range(count):
            self.boxes["INBOX"].put(write_letter())

    async def play(self, dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY " + PLAIN + b"] ready")
        talk = RefusingTalk(self, dialogue)
        while await talk.answer_next():
            pass


class RefusingTalk(Talk):
    """One connection to it."""

    server: RefusingServer

    async def on_fetch(self, rest: bytes) -> bytes | str:
        numbers, _, items = rest.partition(b" ")
        asked = UidSet.parse(numbers)
        if not self.server.refused & set(asked) or self.server.amid not in items:
            return await super().on_fetch(rest)
        self.server.refusals += 1
        before = asked & UidSet.between(1, min(self.server.refused) - 1)
        if self.server.gives_some and before:
            await super().on_fetch(str(before).encode() + b" " + items)
        return b"NO " + WORDS.encode()


def synced(server: RefusingServer, count: int, storage: StorageMode = MATCHED) -> list[str]:
    """So many sessions; what each met."""

    async def play() -> list[str]:
        async with scripted(server.play) as running:
            account = await in_database(connect, running.port, storage)
            return await sessions(account, count)

    return asyncio.run(play())


def set_aside() -> list[int]:
    """Which messages are in quarantine, each with the server's words."""
    entries = Quarantine.objects.order_by("uid")
    assert all(WORDS in entry.reason for entry in entries)
    return [entry.uid for entry in entries]


@pytest.mark.parametrize("storage", [MATCHED, EVERYTHING])
@pytest.mark.parametrize(
    ("refused", "gives_some"), [({3}, True), ({1}, False), ({12}, False), ({5, 6, 11}, True)]
)
def test_the_others_come_and_the_one_is_set_aside(
    refused: set[int], storage: StorageMode, gives_some: bool
) -> None:
    amid = HEADER if storage == MATCHED else b"BODY"
    server = RefusingServer(refused, amid, gives_some=gives_some)
    assert synced(server, 2, storage) == ["", ""]
    assert set_aside() == sorted(refused)
    assert Email.objects.count() == 12 - len(refused)
    assert not Email.objects.filter(body_due=True).exists()


@pytest.mark.parametrize("storage", [MATCHED, EVERYTHING])
def test_of_a_body_that_is_refused_the_header_is_kept(storage: StorageMode) -> None:
    person("Lea", LEAD)
    assert synced(RefusingServer({4}, BODY, gives_some=False), 2, storage) == ["", ""]
    assert set_aside() == [4]
    assert Email.objects.filter(body_state=BodyState.STORED).count() == 11
    assert Email.objects.get(body_state=BodyState.UNAVAILABLE).copies.get().uid == 4


def test_one_new_message_is_compared_with_those_that_are_here() -> None:
    server = RefusingServer({13}, HEADER, gives_some=False)

    async def play() -> None:
        async with scripted(server.play) as running:
            account = await in_database(connect, running.port)
            assert await sessions(account, 1) == [""]
            server.boxes["INBOX"].put(write_letter())
            assert await sessions(account, 1) == [""]

    asyncio.run(play())
    assert set_aside() == [13]
    assert Email.objects.count() == 12


def test_where_known_people_come_first_one_is_set_aside_all_the_same() -> None:
    person("Lea", LEAD)
    server = RefusingServer({321}, HEADER, gives_some=False, count=600)
    assert synced(server, 2) == ["", ""]
    assert set_aside() == [321]
    assert Email.objects.filter(body_state=BodyState.STORED).count() == 599


@pytest.mark.parametrize("count", [1, 12, 2_000])
def test_a_server_that_gives_nothing_has_nothing_set_aside_and_is_asked_little(count: int) -> None:
    server = RefusingServer(set(range(1, count + 1)), HEADER, gives_some=False, count=count)
    assert synced(server, 1) == [""]
    assert set_aside() == []
    assert server.refusals < 80
