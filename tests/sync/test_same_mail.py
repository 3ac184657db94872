"""Whatever happens to a mailbox, its mail stays the same mail: once, read as it was, linked.

Every upheaval starts from the same mailbox and must leave the same emails, with the same ids, the
same read state and the same bodies on the same people's pages, and a proof without a gap.
"""

import asyncio
import imaplib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from cast import NOON, message, person, user
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount, Security, Sharing
from postroom.archive import ledger
from postroom.archive.models import Email, RawMessage
from postroom.archive.proofs import proof_of
from postroom.association import related_emails
from postroom.crm.models import Person
from postroom.setup import ConnectionFailed, ServerAddress
from postroom.setup.moving import move_account
from postroom.setup.reconnecting import reconnect_account
from postroom.sync.comparing import compare
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot
from servers.maildir import add_messages
from sync.real_mailbox import connected, sync

pytestmark = pytest.mark.usefixtures("transactional_db")

LENA = "lena@customer.example"
RECEIVED = 1_700_000_000


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PATIENCE", timedelta())


@pytest.fixture
def servers() -> Iterator[tuple[Dovecot, Dovecot]]:
    """Two mail servers for one mailbox; the second is empty and numbers its mail as it likes."""
    with dovecot({ALICE: SECRET}) as one, dovecot({ALICE: SECRET}) as other:
        yield one, other


@pytest.fixture
def mailbox(servers: tuple[Dovecot, Dovecot]) -> EmailAccount:
    """Six emails with Lena, two of them read, one of them twice; and one with nobody we know."""
    person("Lena Lead", LENA)
    fill(servers[0])
    account = connected(servers[0])
    account.sharing = Sharing.PUBLIC
    account.save()
    sync(account)
    return account


LETTERS = [
    message(f"n{n}", from_=LENA, to=ALICE, message_id=f"<{n}@customer.example>") for n in range(4)
]
SALES = [message(f"s{n}", from_=ALICE, to=LENA, message_id=f"<s{n}@example.com>") for n in range(2)]
OTHER = [message("other", from_="x@x.example", message_id="<other@x.example>")]


def fill(server: Dovecot, *, in_front: int = 0) -> None:
    """Lay the mailbox on a server, behind so many messages that shift its numbers."""
    for folder, letters, flags in (
        ("INBOX", LETTERS[:2], "S"),
        ("INBOX", LETTERS[2:], ""),
        ("Sales", SALES, ""),
        ("INBOX", OTHER, ""),
        ("Archive", LETTERS[:1], "S"),
    ):
        if in_front:
            server.add(ALICE, folder, [message("front") for _ in range(in_front)])
        received = RECEIVED + 10 * (LETTERS + SALES + OTHER).index(letters[0])
        server.add(ALICE, folder, letters, flags=flags, received=received)


@contextmanager
def phone(server: Dovecot, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
    """Alice's other mail program."""
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(ALICE, SECRET)
        client.select(folder)
        yield client


def seen_by(viewer: User, *, without: str = "front") -> list[tuple[int, str, bool]]:
    """The related list: ids, subjects, read state."""
    lena = Person.objects.get()
    rows = related_emails(lena, viewer).rows
    return [
        (r.email.pk, r.email.subject, r.email.is_read) for r in rows if r.email.subject != without
    ]


def move_a_message(account: EmailAccount, one: Dovecot, other: Dovecot) -> None:
    with phone(one) as client:
        client.uid("MOVE", "2:3", "Sales")


def copy_it(account: EmailAccount, one: Dovecot, other: Dovecot) -> None:
    with phone(one) as client:
        client.uid("COPY", "1:4", "Archive")


def number_anew(account: EmailAccount, one: Dovecot, other: Dovecot) -> None:
    """As after a lost index: another UIDVALIDITY, other UIDs."""
    for lists in one.maildir(ALICE).rglob("dovecot-uidlist"):
        lists.unlink()
    for index in one.maildir(ALICE).rglob("dovecot.index*"):
        index.unlink()
    for validity in one.maildir(ALICE).glob("dovecot-uidvalidity*"):
        validity.unlink()


def rename_a_folder(account: EmailAccount, one: Dovecot, other: Dovecot) -> None:
    with phone(one) as client:
        assert client.rename("Sales", "Turnover")[0] == "OK"


def change_the_password(account: EmailAccount, one: Dovecot, other: Dovecot) -> None:
    one.change_password(ALICE, "another battery")
    with pytest.raises(ConnectionFailed):
        reconnect_account(account, SECRET)
    reconnect_account(account, "another battery")


def migrate_under_the_same_numbering(account: EmailAccount, one: Dovecot, other: Dovecot) -> None:
    """The worst of chances: the other server gives the old numbers to other mail."""
    number_alike(account, other)
    fill(other, in_front=2)
    one.kill()
    move_to(account, other)


def number_alike(account: EmailAccount, server: Dovecot) -> None:
    """Have the server begin its numbering with the UIDVALIDITY that we know of each folder."""
    for folder in account.folders.exclude(uidvalidity=0):
        [path] = add_messages(server.maildir(ALICE), folder.name, [b"Subject: front"])
        path.unlink()
        head = f"3 V{folder.uidvalidity} N1 G{folder.uidvalidity:032x}\n"
        lists = path.parent.parent / "dovecot-uidlist"
        lists.write_text(head)
        owner = path.parent.stat()
        os.chown(lists, owner.st_uid, owner.st_gid)


def move_to(account: EmailAccount, server: Dovecot) -> None:
    place = ServerAddress(server.host, server.port, Security.NONE)
    with pytest.raises(ConnectionFailed):
        move_account(account, place, "a wrong battery", NOON)
    # Its address changes as well; the user name is that of before.
    account.username = ALICE
    account.save()
    move_account(account, place, SECRET, NOON, "alice@new.example")
    account.refresh_from_db()
    assert account.own_addresses >= {ALICE, "alice@new.example"}


Upheaval = Callable[[EmailAccount, Dovecot, Dovecot], None]
UPHEAVALS: list[Upheaval] = [
    move_a_message,
    copy_it,
    number_anew,
    rename_a_folder,
    change_the_password,
    migrate_under_the_same_numbering,
]


@pytest.mark.parametrize("upheaval", UPHEAVALS, ids=lambda upheaval: upheaval.__name__)
def test_it_stays_the_same_mail(
    upheaval: Upheaval, mailbox: EmailAccount, servers: tuple[Dovecot, Dovecot]
) -> None:
    bob, charlie = user("Bob"), user("Charlie")
    before, pages = set(Email.objects.values_list("pk", flat=True)), seen_by(mailbox.owner)
    raw = set(RawMessage.objects.values_list("pk", flat=True))
    assert len(before) == 7
    assert {subject for _, subject, is_read in pages if is_read} == {"n0", "n1"}
    assert seen_by(bob) == pages

    upheaval(mailbox, *servers)
    for _ in range(2):
        mailbox.refresh_from_db()
        folders = asyncio.run(compare(mailbox, timezone.now))
        assert sum(folder.proof.missing for folder in folders) == 0
        assert sorted(seen_by(mailbox.owner)) == sorted(pages)
        assert sorted(seen_by(bob)) == sorted(pages)
    kept = Email.objects.exclude(subject="front")
    assert set(kept.values_list("pk", flat=True)) == before
    assert not kept.filter(removed_at__isnull=False).exists()
    assert raw <= set(RawMessage.objects.values_list("pk", flat=True))
    assert all(proof.is_whole for proof in proof_of(mailbox))
    Email.objects.update(removed_at=None)
    mailbox.sharing = Sharing.PRIVATE
    mailbox.save()
    assert seen_by(charlie) == []


def test_a_server_changed_without_a_word_would_be_taken_for_the_same(
    mailbox: EmailAccount, servers: tuple[Dovecot, Dovecot]
) -> None:
    one, other = servers
    number_alike(mailbox, other)
    fill(other, in_front=2)
    one.kill()
    mailbox.imap_port = other.port
    mailbox.save()
    sync(mailbox)
    fronts = Email.objects.filter(subject="front").count()
    assert fronts < 4 * 2, "old numbers hide new mail"
    move_to(mailbox, other)
    sync(mailbox)
    print(f"{fronts} of 10 found before, {Email.objects.filter(subject='front').count()} after")
    assert Email.objects.filter(subject="front").count() == 10
