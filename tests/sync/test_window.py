"""Existing mail comes from a day on; what is older stays on its server, and the proof says so."""

import asyncio
import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from cast import message, user
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount, Security
from postroom.accounts.window import (
    WindowUnusable,
    first_day_of,
    from_today,
    months_before,
    parse_window,
)
from postroom.archive import ledger
from postroom.archive.models import Email, ProofEntry
from postroom.archive.older import choose_default_window, choose_window
from postroom.archive.proofs import FolderProof, proof_of
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.sync import looking
from postroom.sync.connecting import signed_in
from postroom.sync.once import pass_over
from postroom.sync.planning import find_plan
from postroom.sync.progress import Progress, new_run
from postroom.sync.surveying import survey
from postroom.sync.visit import Visit
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected, sync
from sync.state_hash import row_versions

pytestmark = pytest.mark.usefixtures("transactional_db")

PLAIN = "IMAP4rev1 LITERAL+"
WAYS = pytest.mark.parametrize("server", ["", PLAIN], ids=["QRESYNC", "plain"], indirect=True)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}, capability=getattr(request, "param", "")) as running:
        lay(running, "INBOX", 2019, 4)
        lay(running, "INBOX", 2023, 3)
        lay(running, "INBOX", 2025, 2)
        lay(running, "Projects", 2019, 5)
        yield running


@pytest.fixture(autouse=True)
def quick_burial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PATIENCE", timedelta())


def lay(server: Dovecot, folder: str, year: int, count: int) -> None:
    """Put letters into a folder that came in the June of a year."""
    came = datetime(year, 6, 1, 12, tzinfo=UTC)
    letters = [message(f"{folder} {year} {n}", came, from_="a@x.example") for n in range(count)]
    server.add(ALICE, folder, letters, received=came.timestamp())


@contextmanager
def phone(server: Dovecot, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
    """Alice's other mail program."""
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(ALICE, SECRET)
        client.select(folder)
        yield client


def connected_since(server: Dovecot, window: str) -> EmailAccount:
    account = connected(server)
    choose_window(account, window)
    return account


def look(account: EmailAccount) -> int:
    """A light pass, as a keeper makes it; how many messages it brought."""

    async def one() -> int:
        async with signed_in(account, timezone.now) as client:
            progress = Progress(new_run(account, timezone.now()))
            await pass_over(Visit(account, client, timezone.now, progress, is_thorough=False))
            return progress.run.messages_done

    account.refresh_from_db()
    return asyncio.run(one())


def visible() -> int:
    return Email.objects.filter(removed_at__isnull=True).count()


def inbox(account: EmailAccount) -> FolderProof:
    [proof] = [proof for proof in proof_of(account) if proof.folder.name == "INBOX"]
    return proof


def counts(proof: FolderProof) -> tuple[int, int, int, int]:
    return proof.server, proof.recorded, proof.older, proof.missing


@WAYS
def test_what_is_older_stays_there_and_nothing_is_asked_twice(
    server: Dovecot, database_url: str
) -> None:
    account = connected_since(server, "2023-01-01")
    assert sync(account).messages == 5
    assert counts(inbox(account)) == (9, 5, 4, 0)
    assert sum(proof.left_out for proof in proof_of(account)) == 9
    account.refresh_from_db()
    assert account.first_complete_at
    look(account)
    before = row_versions(database_url)
    assert (look(account), sync(account).messages) == (0, 0)
    assert row_versions(database_url) == before
    assert not ProofEntry.objects.filter(missing__gt=0).exists()


@WAYS
def test_what_comes_later_comes_however_old_it_is(server: Dovecot) -> None:
    account = connected_since(server, "2026-01-01")
    assert sync(account).messages == 0
    assert counts(inbox(account)) == (9, 0, 9, 0)
    lay(server, "INBOX", 2018, 1)
    assert look(account) == 1
    assert counts(inbox(account)) == (10, 1, 9, 0)


def test_changes_add_up_where_the_server_tells_them(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = connected_since(server, "2023-01-01")
    sync(account)
    with phone(server) as client:
        client.uid("STORE", "5", "+FLAGS", "(\\Flagged)")
        client.uid("STORE", "1", "+FLAGS", "(\\Flagged)")
    lay(server, "INBOX", 2026, 1)
    monkeypatch.setattr(looking, "look_at", None)  # Which asks for every UID.
    assert look(account) == 1
    assert Email.objects.filter(is_flagged=True).count() == 1
    assert counts(inbox(account)) == (10, 6, 4, 0)


@WAYS
def test_an_earlier_day_brings_more_and_a_later_one_removes_nothing(server: Dovecot) -> None:
    account = connected_since(server, "2025-01-01")
    assert sync(account).messages == 2
    choose_window(account, "2023-01-01")
    assert look(account) == 3
    choose_window(account, "2026-01-01")
    assert look(account) == 0
    assert counts(inbox(account)) == (9, 5, 4, 0)
    assert visible() == 5
    choose_window(account, "all")
    assert look(account) == 9
    assert counts(inbox(account)) == (9, 9, 0, 0)
    assert not ProofEntry.objects.filter(missing__gt=0).exists()


def test_old_mail_that_is_here_is_known_in_a_folder_made_later(server: Dovecot) -> None:
    account = connected(server)
    assert sync(account).messages == 14
    choose_window(account, "2026-01-01")
    look(account)
    with phone(server) as client:
        client.create("Sorted")
        client.uid("MOVE", "1:3", "Sorted")
    lay(server, "Sorted", 2017, 2)
    for _ in range(3):
        look(account)
    assert visible() == 14
    [sorted_] = [proof for proof in proof_of(account) if proof.folder.name == "Sorted"]
    assert counts(sorted_) == (5, 3, 2, 0)


def test_a_folder_numbered_anew_keeps_what_is_here(server: Dovecot) -> None:
    account = connected(server)
    sync(account)
    choose_window(account, "2024-01-01")
    sync(account)
    lay(server, "INBOX", 2016, 2)
    (server.maildir(ALICE) / "dovecot-uidlist").unlink()
    for index in server.maildir(ALICE).glob("dovecot.index*"):
        index.unlink()
    for _ in range(3):
        sync(account)
    assert visible() == 14
    assert counts(inbox(account)) == (11, 9, 2, 0)


def test_the_plan_names_what_comes_and_what_stays(server: Dovecot) -> None:
    account = connected_since(server, "2023-01-01")
    planned = asyncio.run(survey(account, timezone.now))
    assert (planned.messages, planned.older, planned.octets) == (5, 9, None)
    assert planned.first_day == date(2023, 1, 1)
    sync(account)
    kept = find_plan(account)
    assert kept
    assert (kept.messages, kept.older, kept.recorded, kept.seconds) == (5, 9, 5, 0)
    choose_window(account, "all")
    sync(account)
    kept = find_plan(account)
    assert kept
    assert (kept.messages, kept.older) == (14, 0)


def test_a_pop_mailbox_comes_whole(server: Dovecot) -> None:
    where = ServerAddress(server.host, server.pop3_port, Security.NONE)
    account = connect_account(
        AccountRequest(owner=user("Alice"), address=ALICE, pop=where, password=SECRET)
    )
    choose_default_window("1m")
    assert sync(account).messages == 9


def test_the_day_is_the_owners_else_the_organisations_and_stands_still() -> None:
    account = EmailAccount.objects.create(owner=user("Alice"), address=ALICE)
    assert first_day_of(account) is None
    choose_default_window("12m")
    connected_on = account.connected_at.date()
    assert first_day_of(account) == months_before(connected_on, 12)
    choose_window(account, "all")
    assert first_day_of(account) is None
    choose_window(account, from_today("3m", date(2026, 5, 31)))
    assert first_day_of(account) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("All", "all"),
        ("12 months", "12m"),
        ("1m", "1m"),
        (" 2025-01-31 ", "2025-01-31"),
        *((bad, "") for bad in ("", "0m", "-3m", "601m", "2025-02-30", "1979-12-31", "x\n", "12")),
    ],
)
def test_a_window_is_read_as_people_write_it(written: str, kept: str) -> None:
    if kept:
        assert parse_window(written) == kept
    else:
        with pytest.raises(WindowUnusable):
            parse_window(written)
