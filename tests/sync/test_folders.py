"""Folders are chosen, renamed and shown twice by Gmail; the mail in them is kept, and kept once."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from cast import message
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount
from postroom.archive import ledger
from postroom.archive.folders import choose
from postroom.archive.models import Email, Folder, ServerCopy
from servers.dovecot import Dovecot, dovecot
from servers.gmail import gmail
from sync.real_mailbox import connected, numbers_of, sync

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        yield running


@contextmanager
def phone(server: Dovecot) -> Iterator[imaplib.IMAP4]:
    """Alice's other mail program."""
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(ALICE, SECRET)
        yield client


def letters(count: int, prefix: str = "n") -> list[bytes]:
    return [message(f"{prefix}{n}", from_="a@x.example", to=ALICE) for n in range(count)]


def folder(account: EmailAccount, name: str) -> Folder:
    return account.folders.get(name=name)


def visible() -> set[str]:
    """Subjects of all mail that is not removed."""
    return set(Email.objects.filter(removed_at__isnull=True).values_list("subject", flat=True))


def test_a_folder_switched_on_brings_its_old_mail_and_switched_off_keeps_it(
    server: Dovecot,
) -> None:
    server.add(ALICE, "Sales", letters(5, "sales"))
    server.add(ALICE, "Junk", letters(3, "junk"))
    account = connected(server)
    assert sync(account).messages == 5
    assert not folder(account, "Junk").is_synced

    choose(folder(account, "Junk"), is_synced=True)
    assert sync(account).messages == 3
    assert numbers_of("Junk", account) == (3, 3, 0, 0)

    choose(folder(account, "Sales"), is_synced=False)
    server.add(ALICE, "Sales", letters(2, "later"))
    assert sync(account).messages == 0
    assert {f"sales{n}" for n in range(5)} < visible()

    choose(folder(account, "Sales"), is_synced=True)
    assert sync(account).messages == 2
    assert numbers_of("Sales", account) == (7, 7, 0, 0)
    assert sync(account).messages == 0
    assert Email.objects.count() == 10


def test_a_choice_outlives_what_the_server_says_of_the_folder(server: Dovecot) -> None:
    server.add(ALICE, "Sales", letters(1))
    account = connected(server)
    sync(account)
    choose(folder(account, "Sales"), is_synced=False)
    choose(folder(account, "Drafts"), is_synced=True)
    for _ in range(2):
        sync(account)
    assert not folder(account, "Sales").is_synced
    assert folder(account, "Drafts").is_synced


def test_a_renamed_folder_keeps_its_mail(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PATIENCE", timedelta())
    server.add(ALICE, "Sales", letters(20))
    server.add(ALICE, "Sales/Old", letters(10, "old"))
    account = connected(server)
    sync(account)
    before, emails = visible(), set(Email.objects.values_list("pk", flat=True))
    assert len(before) == 30

    with phone(server) as client:
        assert client.rename("Sales", "Turnover")[0] == "OK"
    for _ in range(3):
        sync(account)
        assert visible() == before
    assert set(Email.objects.values_list("pk", flat=True)) == emails
    assert numbers_of("Turnover", account) == (20, 20, 0, 0)
    assert numbers_of("Turnover/Old", account) == (10, 10, 0, 0)
    assert ServerCopy.objects.filter(gone_at__isnull=True).count() == 30

    remove(server, "Turnover", "n7")
    for _ in range(2):
        sync(account)
    assert before - visible() == {"n7"}


def test_a_renamed_folder_keeps_the_choice(server: Dovecot) -> None:
    for name in ("Sales", "Sales/Old", "Other"):
        server.add(ALICE, name, letters(2, name))
    account = connected(server)
    sync(account)
    choose(folder(account, "Sales"), is_synced=False)
    with phone(server) as client:
        assert client.rename("Sales", "Turnover")[0] == "OK"
    server.add(ALICE, "Turnover", letters(1, "later"))
    server.add(ALICE, "Brand new", letters(1, "brand"))
    sync(account)
    listed = account.folders.filter(gone_at=None)
    assert not listed.get(name="Turnover").is_synced
    on = set(listed.filter(is_synced=True).values_list("name", flat=True))
    assert {"Turnover/Old", "Other", "Brand new"} <= on
    assert {"Sales0", "Sales1", "brand0"} <= visible()
    assert "later0" not in visible()


def remove(server: Dovecot, name: str, subject: str) -> None:
    """Have the phone remove an email for good."""
    with phone(server) as client:
        client.select(name)
        _, found = client.search(None, "SUBJECT", f'"{subject}"')
        client.store(found[0].split()[0].decode(), "+FLAGS", "\\Deleted")
        client.expunge()


def test_the_mail_of_a_folder_deleted_on_the_server_stays_here(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "PATIENCE", timedelta())
    server.add(ALICE, "Sales", letters(4))
    account = connected(server)
    sync(account)
    with phone(server) as client:
        assert client.delete("Sales")[0] == "OK"
    for _ in range(3):
        sync(account)
    assert visible() == {f"n{n}" for n in range(4)}


def test_gmail_shows_everything_twice_and_it_is_here_once() -> None:
    raw = letters(6)
    with gmail({ALICE: SECRET}) as server:
        server.add(ALICE, "INBOX", raw[:4], received=1_700_000_000)
        server.add(ALICE, "[Gmail]/All Mail", raw, received=1_700_000_000)
        server.add(ALICE, "Customers", raw[:2], received=1_700_000_000)
        server.add(ALICE, "Sent", raw[4:5], received=1_700_000_004)
        account = connected(server)
        sync(account)
        assert Email.objects.count() == 6
        assert numbers_of("INBOX", account) == (4, 4, 0, 0)
        assert numbers_of("[Gmail]/All Mail", account) == (6, 6, 0, 0)
        synced = account.folders.filter(is_synced=True)
        assert {f.name for f in synced} == {"INBOX", "[Gmail]/All Mail"}

        # Archived: gone from the Inbox, and where it always was.
        remove(server, "INBOX", "n0")
        for _ in range(2):
            sync(account)
        assert visible() == {f"n{n}" for n in range(6)}
