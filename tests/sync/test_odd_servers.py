"""What merely odd servers and bad days do to a sync, and that it ends well all the same."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from django.db import connection

from cast import person
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.archive.models import BodyState, Email, Folder, ProofEntry, RawMessage, ServerCopy
from postroom.sync import breaking_off, visit
from postroom.sync.database import in_database
from postroom.team.models import StorageMode
from servers.scripted import ClientLeft, Dialogue, scripted
from sync.test_breaking_off import connect
from sync.test_pop_suspects import sessions
from torture.boxes import Box
from torture.letters import LEAD, write_letter
from torture.lying_server import PLAIN, LyingServer, Talk, quoted

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


class ClosingServer(LyingServer):
    """Says goodbye whenever one of these folders is opened."""

    def __init__(self, closing: set[str], names: Sequence[str]) -> None:
        super().__init__(random.Random(1), PLAIN)
        self.closing = closing
        self.boxes |= {name: Box() for name in names}
        for box in self.boxes.values():
            box.put(write_letter())

    async def play(self, dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY " + PLAIN + b"] ready")
        talk = ClosingTalk(self, dialogue)
        while await talk.answer_next():
            pass


class ClosingTalk(Talk):
    """One connection to it."""

    server: ClosingServer

    async def on_examine(self, rest: bytes) -> bytes:
        if quoted(rest) in self.server.closing:
            await self.dialogue.send(b"* BYE Internal error occurred.")
            raise ClientLeft
        return await super().on_examine(rest)


def test_a_mailbox_that_grew_to_very_many_folders_is_told_what_to_do() -> None:
    server = CrowdedServer(30)

    def grow() -> None:
        assert Folder.objects.count() == 31
        server.boxes |= {f"Project {number}": Box() for number in range(20_001)}

    assert play(server, grow) == ["", "too_many_folders"]
    assert "Remove some" in EmailAccount.objects.get().trouble_sentence


class CrowdedServer(LyingServer):
    """One with so many folders, of which the Inbox alone holds mail."""

    def __init__(self, count: int) -> None:
        super().__init__(random.Random(1), PLAIN)
        self.boxes |= {f"Projects/{number}": Box() for number in range(count)}
        self.boxes["INBOX"].put(write_letter())


class ForgetfulServer(LyingServer):
    """Amid the first sync its user has another password, and who is signed in is sent away."""

    is_changed = False
    refusals = 0

    async def play(self, dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY " + PLAIN + b"] ready")
        talk = ForgetfulTalk(self, dialogue)
        while await talk.answer_next():
            pass


class ForgetfulTalk(Talk):
    """One connection to it."""

    server: ForgetfulServer

    async def on_login(self, rest: bytes) -> bytes:
        if self.server.is_changed and b"another" not in rest:
            self.server.refusals += 1
            return b"NO [AUTHENTICATIONFAILED] wrong"
        return await super().on_login(rest)

    async def on_fetch(self, rest: bytes) -> bytes | str:
        ended = await super().on_fetch(rest)
        if not self.server.is_changed:
            self.server.is_changed = True
            await self.dialogue.send(b"* BYE Your password was changed")
            raise ClientLeft
        return ended


@pytest.mark.parametrize("storage", [MATCHED, EVERYTHING])
def test_a_password_that_is_changed_amid_a_first_sync_costs_one_question(
    storage: StorageMode,
) -> None:
    server = ForgetfulServer(random.Random(1), PLAIN)
    for _ in range(1_100):
        server.boxes["INBOX"].put(write_letter())

    def enter_the_new_one() -> None:
        assert server.refusals == 1
        [account] = EmailAccount.objects.all()
        assert account.trouble == "sign_in_refused"
        keep_secret(account, Direction.INCOMING, "another")

    met = play(server, nothing, enter_the_new_one, storage=storage)
    assert met == ["server_unavailable", "sign_in_refused", ""]
    assert Email.objects.count() == ServerCopy.objects.count() == 1_100


@pytest.mark.parametrize("has_first_day", [False, True])
def test_a_folder_at_whose_opening_the_connection_ends_keeps_no_other_away(
    has_first_day: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ClosingServer({"Broken"}, ["Archive", "Broken", "Zeta"])

    def mend() -> None:
        server.closing.clear()

    def some_time_goes_by() -> None:
        monkeypatch.setattr(breaking_off, "AVOIDED_FOR", timedelta())

    def look() -> None:
        assert Email.objects.count() == 3
        assert ProofEntry.objects.order_by("-pk")[0].refusal == breaking_off.CLOSED_TWICE

    if has_first_day:
        day = date(2026, 1, 1)
        monkeypatch.setattr(visit, "first_day_of", lambda account: day)
    met = play(server, nothing, look, mend, some_time_goes_by)
    assert met == ["server_unavailable", "server_unavailable", "", "", ""]
    assert Email.objects.count() == 4


def test_where_every_opening_ends_the_connection_nothing_is_hidden_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = ClosingServer({"INBOX", "Archive"}, ["Archive"])

    def mend() -> None:
        server.closing.clear()
        monkeypatch.setattr(breaking_off, "AVOIDED_FOR", timedelta())

    met = play(server, *[nothing] * 3, mend)
    assert met == ["server_unavailable"] * 4 + [""]
    assert Email.objects.count() == 2


def nothing() -> None:
    """Nothing happens."""


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
