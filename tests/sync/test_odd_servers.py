"""What merely odd servers and bad days do to a sync, and that it ends well all the same."""

import asyncio
import random
from collections.abc import Callable

import pytest
from django.db import connection

from cast import person
from postroom.archive.models import BodyState, Email, RawMessage, ServerCopy
from postroom.sync.database import in_database
from postroom.team.models import StorageMode
from servers.scripted import scripted
from sync.test_breaking_off import connect
from sync.test_pop_suspects import sessions
from torture.letters import LEAD, write_letter
from torture.lying_server import PLAIN, LyingServer

pytestmark = pytest.mark.usefixtures("transactional_db")

MATCHED, EVERYTHING = StorageMode.MATCHED, StorageMode.EVERYTHING
Between = Callable[[], None]


def honest(count: int, *, has_id: bool = True) -> LyingServer:
    """A server that tells no lie."""
    server = LyingServer(random.Random(1), PLAIN)
    for _ in range(count):
        server.boxes["INBOX"].put(write_letter(has_id=has_id))
    return server


def play(server: LyingServer, *turns: Between, storage: StorageMode = MATCHED) -> list[str]:
    """A session, then one after each turn of events; what each met."""

    async def run() -> list[str]:
        async with scripted(server.play) as running:
            account = await in_database(connect, running.port, storage)
            met = await sessions(account, 1)
            for turn in turns:
                await in_database(turn)
                met += await sessions(account, 1)
            return met

    return asyncio.run(run())


def test_the_same_moment_in_summer_time_is_the_same_email() -> None:
    """Mail without Message-ID and Date is told apart by when it came; then clocks are changed."""
    server = honest(3, has_id=False)
    box = server.boxes["INBOX"]
    for letter in box.letters.values():
        letter.raw = letter.raw[letter.raw.index(b"From:") :]

    def change_the_clocks() -> None:
        for letter in box.letters.values():
            letter.received = "02-Mar-2026 14:00:00 +0200"
        box.renumber(random.Random(2))

    assert play(server, change_the_clocks) == ["", ""]
    assert Email.objects.count() == 3


@pytest.mark.parametrize("table", ["archive_email", "archive_participant", "archive_rawmessage"])
@pytest.mark.parametrize("storage", [MATCHED, EVERYTHING])
def test_a_disk_that_is_full_amid_a_copy_leaves_nothing_half_written(
    table: str, storage: StorageMode
) -> None:
    person("Lea", LEAD)

    def look_and_make_room() -> None:
        make_room(table)
        assert ServerCopy.objects.count() == Email.objects.count()
        assert not Email.objects.exclude(body_state=BodyState.ENVELOPE).exists()
        assert not RawMessage.objects.exists()

    fill_the_disk(table)
    assert play(honest(40), look_and_make_room, storage=storage) == ["disk_full", ""]
    assert Email.objects.filter(body_state=BodyState.STORED).count() == 40


def fill_the_disk(table: str) -> None:
    """The tenth row finds no room: what PostgreSQL says then, in the midst of what it was given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE SEQUENCE room; CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN IF nextval('room') > 9 THEN RAISE EXCEPTION 'could not extend file'"
            " USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$;"
            f"CREATE TRIGGER no_room BEFORE INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION no_room()"
        )


def make_room(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TRIGGER no_room ON {table}; DROP FUNCTION no_room; DROP SEQUENCE room"
        )
