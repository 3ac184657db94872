"""A mailbox read over POP3: the same mail on the same lists, and the server as it was."""

import imaplib
import poplib
from collections.abc import Iterator

import pytest

from cast import message, person, user
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount, Security
from postroom.archive.models import BodyState, Email, Quarantine, SearchEntry
from postroom.archive.search import accounts_due
from postroom.association import all_related_emails
from postroom.crm.people import set_addresses
from postroom.setup import AccountRequest, ConnectionFailed, ServerAddress, connect_account
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import numbers_of, sync

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        yield running


def connected(server: Dovecot, *, storage: str = "", password: str = SECRET) -> EmailAccount:
    """Alice's mailbox, over POP3."""
    owner = user("Alice")
    return connect_account(
        AccountRequest(
            owner=owner,
            address=owner.email,
            pop=ServerAddress(server.host, server.pop3_port, Security.NONE),
            password=password,
            storage=storage,
        )
    )


def letters(count: int, sender: str = "a@x.example", prefix: str = "n") -> list[bytes]:
    return [message(f"{prefix}{n}", from_=sender, to=ALICE) for n in range(count)]


def bodies() -> set[str]:
    """Subjects of mail that is here whole."""
    return set(Email.objects.filter(body_state=BodyState.STORED).values_list("subject", flat=True))


def test_only_mail_with_known_people_is_fetched_whole(server: Dovecot) -> None:
    lead = person("Lena Lead", "lead@x.example")
    server.add(ALICE, "INBOX", letters(5) + letters(3, "lead@x.example", "lead"))
    account = connected(server)
    brought = sync(account)
    assert (brought.messages, brought.bodies) == (8, 3)
    assert numbers_of("INBOX", account) == (8, 8, 0, 0)
    assert bodies() == {"lead0", "lead1", "lead2"}
    account.refresh_from_db()
    assert (account.tier, account.trouble) == ("pop3", "")
    assert {row.email.subject for row in all_related_emails(lead, account.owner)} == bodies()

    set_addresses(lead, ["lead@x.example", "a@x.example"])
    assert (sync(account).messages, len(bodies())) == (0, 8)


def test_where_everything_is_kept_it_can_be_searched_at_once(server: Dovecot) -> None:
    person("Lena Lead", "lead@x.example")
    server.add(ALICE, "INBOX", letters(5) + letters(3, "lead@x.example", "lead"))
    account = connected(server, storage="everything")
    brought = sync(account)
    assert (brought.messages, brought.bodies) == (8, 8)
    assert accounts_due() == []
    assert SearchEntry.objects.count() == 8
    assert sync(account).messages == 0


@pytest.mark.parametrize(("storage", "emails", "whole"), [("everything", 8, 8), ("strict", 3, 3)])
def test_each_storage_mode_keeps_what_it_says(
    server: Dovecot, storage: str, emails: int, whole: int
) -> None:
    person("Lena Lead", "lead@x.example")
    server.add(ALICE, "INBOX", letters(5) + letters(3, "lead@x.example", "lead"))
    account = connected(server, storage=storage)
    assert sync(account).messages == 8
    assert (Email.objects.count(), len(bodies())) == (emails, whole)
    assert numbers_of("INBOX", account) == (8, 8, 0, 0)
    assert sync(account).messages == 0


@pytest.mark.parametrize("storage", ["matched", "everything"])
def test_reading_leaves_the_mailbox_as_it_was(server: Dovecot, storage: str) -> None:
    person("Lena Lead", "lead@x.example")
    server.add(ALICE, "INBOX", letters(3, "lead@x.example"))
    sync(connected(server, storage=storage))
    assert len(bodies()) == 3
    assert unseen_on(server) == 3
    # The control: another program's ordinary session marks what it fetched.
    other = poplib.POP3(server.host, server.pop3_port)
    other.user(ALICE)
    other.pass_(SECRET)
    other.retr(1)
    other.quit()
    assert unseen_on(server) == 2


def unseen_on(server: Dovecot) -> int:
    """How much mail another program shows as unread."""
    with imaplib.IMAP4(server.host, server.port) as phone:
        phone.login(ALICE, SECRET)
        phone.select(readonly=True)
        return len(phone.search(None, "UNSEEN")[1][0].split())


def test_mail_that_another_program_took_away_stays_here(server: Dovecot) -> None:
    server.add(ALICE, "INBOX", letters(6))
    account = connected(server)
    sync(account)
    other = poplib.POP3(server.host, server.pop3_port)
    other.user(ALICE)
    other.pass_(SECRET)
    for number in (1, 2, 3, 4):
        other.dele(number)
    other.quit()
    server.add(ALICE, "INBOX", letters(1, prefix="new"))
    for _ in range(3):
        sync(account)
        assert Email.objects.filter(removed_at__isnull=True).count() == 7
        assert numbers_of("INBOX", account) == (3, 3, 0, 0)


def test_a_body_that_is_due_too_late_is_said_to_be_gone(server: Dovecot) -> None:
    lead = person("Lena Lead", "lead@x.example")
    server.add(ALICE, "INBOX", letters(1))
    account = connected(server)
    sync(account)
    with imaplib.IMAP4(server.host, server.port) as phone:
        phone.login(ALICE, SECRET)
        phone.select()
        phone.store("1", "+FLAGS", "\\Deleted")
        phone.expunge()
    set_addresses(lead, ["lead@x.example", "a@x.example"])
    sync(account)
    assert Email.objects.get().body_state == BodyState.UNAVAILABLE


@pytest.mark.parametrize("storage", ["matched", "everything"])
def test_messages_that_say_nothing_of_themselves_are_all_kept(
    server: Dovecot, storage: str
) -> None:
    lead = person("Lena Lead", "lead@x.example")
    server.add(ALICE, "INBOX", [b"From: a@x.example\r\n\r\nsame\r\n"] * 5)
    account = connected(server, storage=storage)
    sync(account)
    assert Email.objects.count() == 5
    set_addresses(lead, ["lead@x.example", "a@x.example"])
    assert sync(account).messages == 0
    assert Email.objects.filter(body_state=BodyState.STORED).count() == 5
    assert not Quarantine.objects.exists()


def test_a_refused_password_saves_nothing_and_later_is_told(server: Dovecot) -> None:
    with pytest.raises(ConnectionFailed) as refused:
        connected(server, password="wrong")
    assert (refused.value.kind, refused.value.field) == ("sign_in_refused", "password")
    assert not EmailAccount.objects.exists()


def test_a_server_of_another_kind_is_named_at_its_port(server: Dovecot) -> None:
    with pytest.raises(ConnectionFailed) as refused:
        connect_account(
            AccountRequest(
                owner=user("Alice"),
                address=ALICE,
                pop=ServerAddress(server.host, server.port, Security.NONE),
                password=SECRET,
            )
        )
    assert (refused.value.kind, refused.value.field) == ("imap_at_this_port", "pop_port")
