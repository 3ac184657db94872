"""What an owner is told of, and told once: existing mail is in, a password is refused."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from cast import NOON, account_of, folder_of, message, person, received, user
from outbox.conftest import SECRET
from postroom.accounts.asking import ask
from postroom.accounts.lifecycle import clear_trouble, meet_trouble, pause, recover, resume
from postroom.accounts.matters import Matter
from postroom.accounts.models import Activation, Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.archive.models import Folder
from postroom.archive.quarantine import quarantine
from postroom.engine.posting import send, waiting_notices
from postroom.engine.tasks import keep_account
from postroom.outbox.incidents import BY_SERVERS
from postroom.outbox.models import Notice, NoticeState
from postroom.team.models import User
from servers.dovecot import dovecot
from servers.submission import Submission

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"


def notices() -> list[Notice]:
    """All there are, after whatever there is to tell was written."""
    waiting_notices(NOON)
    return list(Notice.objects.all())


def complete(account: EmailAccount) -> None:
    """Note that the existing mail is in."""
    EmailAccount.objects.filter(pk=account.pk).update(first_complete_at=NOON)


def test_it_tells_what_came_where_to_see_it_and_what_to_do(account: EmailAccount) -> None:
    person("Lena Lead", LENA)
    person("Nobody Writes", "nobody@customer.example")
    for subject in ("One", "Two"):
        received(account, message(subject, from_=LENA, to=account.address))
    received(account, message("Three", from_="a@elsewhere.example"), folder="Sent")
    received(account, message("Four", from_=LENA), folder="Junk")
    Folder.objects.filter(name="Junk").update(is_synced=False)
    quarantine(folder_of(account), 99, "It broke.", NOON, None)
    assert notices() == []
    complete(account)
    [notice] = notices()
    assert notice.recipient == "alice@example.com"
    assert notice.subject == "Your existing mail is in: alice@example.com"
    words = " ".join(notice.text.split())
    assert "INBOX 2 Sent 1 In all 3" in words
    assert "Junk" not in words
    assert "With your leads and contacts: 3 emails, 1 person." in words
    assert "1 message could not be read and is set aside" in words
    for link in ("leads/", "contacts/", f"setup/channels/email/{account.pk}/"):
        assert f"http://127.0.0.1:8025/{link}" in words
        assert f'href="http://127.0.0.1:8025/{link}"' in notice.html


def test_it_comes_once_ever_however_often_the_mailbox_is_connected(account: EmailAccount) -> None:
    complete(account)
    assert len(notices()) == 1
    assert len(notices()) == 1
    owner, address = account.owner, account.address
    account.delete()
    complete(account_of(owner, address=address))
    assert len(notices()) == 1
    complete(account_of(owner, address="second@example.com"))
    assert len(notices()) == 2


def test_who_is_gone_is_told_nothing(account: EmailAccount) -> None:
    complete(account)
    meet_trouble(account, "sign_in_refused", "No.", NOON)
    User.objects.update(is_active=False)
    assert notices() == []
    User.objects.update(is_active=True)
    EmailAccount.objects.update(activation=Activation.DEACTIVATED)
    assert notices() == []


def test_names_of_folders_are_text_and_many_are_summed_up(account: EmailAccount) -> None:
    for number in range(15):
        name = f"<b>{number:02}</b>"
        received(account, message(f"m{number}", from_="a@b.example"), folder=name)
    complete(account)
    [notice] = notices()
    assert "<b>" not in notice.html
    assert "&lt;b&gt;00" in notice.html
    assert "3 other folders" in notice.text


def test_an_incident_is_told_once_until_it_works_again(account: EmailAccount) -> None:
    meet_trouble(account, "host_unreachable", "Away.", NOON)
    assert notices() == []
    meet_trouble(account, "sign_in_refused", "mail said: “<script>”", NOON)
    [first] = notices()
    assert "needs you" in first.subject
    assert f"/setup/channels/email/{account.pk}/reconnection/" in first.text
    assert "<script>" not in first.html
    for hour in range(1, 4):
        account.refresh_from_db()
        resume(account)
        meet_trouble(account, "host_unreachable", "Away.", NOON + timedelta(hours=hour))
        clear_trouble(account)
        meet_trouble(account, "sign_in_refused", "No.", NOON + timedelta(hours=hour))
    assert len(notices()) == 1
    account.refresh_from_db()
    recover(account)
    assert len(notices()) == 1
    meet_trouble(account, "sign_in_refused", "No.", NOON + timedelta(days=30))
    assert len(notices()) == 2


@pytest.mark.parametrize("kind", sorted(NEEDS_A_PERSON))
def test_every_cause_that_needs_its_owner_is_told_once_with_a_way_out(
    kind: str, account: EmailAccount
) -> None:
    for minute in range(3):
        meet_trouble(account, kind, f"Cause of {kind}.", NOON + timedelta(minutes=minute))
        told = notices()
    [notice] = told
    assert f"Cause of {kind}." in notice.text
    pages = ("servers",) if kind in BY_SERVERS else ("reconnection",)
    assert all(f"/setup/channels/email/{account.pk}/{page}/" in notice.text for page in pages)
    assert NEEDS_A_PERSON >= BY_SERVERS


def test_a_paused_mailbox_bothers_nobody(account: EmailAccount) -> None:
    meet_trouble(account, "sign_in_refused", "No.", NOON)
    pause(account)
    assert notices() == []


@pytest.mark.django_db(transaction=True)
def test_a_revoked_password_is_tried_once_and_told_once(relay: Submission) -> None:
    with dovecot({"alice@example.com": SECRET}) as server:
        account = account_of(user("Alice"))
        account.imap_port, account.imap_security = server.port, "none"
        account.save()
        keep_secret(account, Direction.INCOMING, "canary-revoked")
        for _ in range(3):
            async_to_sync(keep_account.func)(account.pk)
            for notice_id in waiting_notices(timezone.now()):
                asyncio.run(send.func(notice_id))
        assert server.log().count("auth failed, 1 attempts") == 1
    [notice] = Notice.objects.all()
    assert (notice.state, len(relay.taken)) == (NoticeState.SENT, 1)
    assert b"canary" not in (relay.taken[0].content or b"")


def test_requests_are_told_together_and_not_to_what(account: EmailAccount) -> None:
    person("Lena Lead", LENA)
    emails = [received(account, message(f"Secret {n}", from_=LENA)) for n in range(3)]
    bob, carla = user("Bob"), user("Carla")
    ask(Matter(account, bytes(emails[0].identity)), bob, "secret reason", NOON)
    ask(Matter(account, bytes(emails[1].identity)), carla, "", NOON)
    assert notices() == []
    later = NOON + timedelta(minutes=4)
    for _ in range(2):
        waiting_notices(later)
    [notice] = Notice.objects.all()
    assert notice.subject == "2 colleagues ask for access to your emails"
    words = " ".join(notice.text.split())
    assert "Bob and Carla ask to read 2 emails in alice@example.com" in words or (
        "Carla and Bob ask to read 2 emails in alice@example.com" in words
    )
    assert "ecret" not in notice.text + notice.html
    ask(Matter(account, bytes(emails[2].identity)), bob, "", later)
    waiting_notices(later + timedelta(minutes=10))
    assert Notice.objects.count() == 1
    waiting_notices(later + timedelta(minutes=61))
    assert Notice.objects.count() == 2
