"""The top of an account's page: its plan, progress, limit and trouble, and the way back in."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect
from procrastinate.contrib.django.models import ProcrastinateJob

from cast import folder_of
from postroom.accounts.lifecycle import meet_trouble, pause
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import get_secret, keep_secret
from postroom.accounts.traffic import count_octets
from postroom.archive.announce import announce_account
from postroom.archive.models import Folder, SyncRun
from postroom.crm.models import Person
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot
from web.browser import Scheme, Visit, axe_violations

pytestmark = pytest.mark.django_db

SECRET = "canary-the-right-one"
SignIn = Callable[[User], Client]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot({"alice@example.com": SECRET}) as running:
        yield running


@pytest.fixture
def fetching(account: EmailAccount, lena: Person) -> EmailAccount:
    """Alice's mailbox in its first sync: 12,000 of 48,212 are here."""
    now = timezone.now()
    inbox = folder_of(account)
    Folder.objects.filter(pk=inbox.pk).update(
        planned_uidvalidity=1,
        planned_uidnext=9,
        planned_messages=48212,
        planned_octets=1_100_000_000,
    )
    SyncRun.objects.create(
        account=account,
        started_at=now - timedelta(seconds=30),
        messages_before=2000,
        messages_planned=48212,
        messages_found=46212,
        messages_done=10000,
        messages_rate=340.4,
        bodies_found=800,
        bodies_done=790,
        bodies_rate=20,
    )
    return account


def address_of(account: EmailAccount) -> str:
    return f"/setup/channels/email/{account.pk}/"


def words_of(client: Client, account: EmailAccount) -> str:
    return " ".join(client.get(address_of(account)).content.decode().split())


def test_what_comes_in_a_moment_to_a_complete_mailbox_shows_no_bar(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    """Two new emails of thousands once read as “0 of 2 emails”, as if the others were gone."""
    now = timezone.now()
    EmailAccount.objects.update(first_complete_at=now, last_complete_at=now)
    run = SyncRun.objects.create(account=account, started_at=now, messages_found=2)
    assert "0 of 2" not in words_of(as_user(alice), account)
    run.started_at = now - timedelta(seconds=10)
    run.save()
    assert "0 of 2 new emails" in words_of(as_user(alice), account)


def test_plan_and_progress_are_told_in_numbers(
    alice: User, fetching: EmailAccount, as_user: SignIn
) -> None:
    page = words_of(as_user(alice), fetching)
    assert "48,212 emails in 1 folder, 1.0" in page
    assert "leads and contacts (1 now)" in page
    assert (
        "12,000 of 48,212 emails · 340 a second · about 2 minutes left · 790 of 800 whole" in page
    )


def test_a_used_up_day_is_said_and_is_no_trouble(
    alice: User, fetching: EmailAccount, as_user: SignIn
) -> None:
    client = as_user(alice)
    client.post(f"{address_of(fetching)}budget/", {"megabytes": "500"})
    assert "0 of the 500 MB" in words_of(client, fetching)
    count_octets(fetching.pk, timezone.now().date(), 500_000_000)
    page = words_of(client, fetching)
    assert "Goes on tomorrow" in page
    assert "500 of the 500 MB" in page
    assert "Needs attention" not in page
    count_octets(fetching.pk, timezone.now().date() + timedelta(days=1), 1)
    assert "Fetching mail" in words_of(client, fetching)
    client.post(f"{address_of(fetching)}budget/", {"megabytes": "-1"})
    assert "was not changed" in words_of(client, fetching)
    client.post(f"{address_of(fetching)}budget/", {"megabytes": ""})
    assert "that existing mail may take" not in words_of(client, fetching)


def test_the_existing_mail_is_in(alice: User, account: EmailAccount, as_user: SignIn) -> None:
    assert "Existing mail is in" not in words_of(as_user(alice), account)
    EmailAccount.objects.update(first_complete_at=timezone.now())
    assert "Existing mail is in" in words_of(as_user(alice), account)


def test_a_pop_mailbox_names_its_own_server(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    EmailAccount.objects.update(protocol="pop", pop_host="pop.example.com", imap_host="")
    assert "POP3, pop.example.com, port 995, TLS" in words_of(as_user(alice), account)


def test_sending_that_does_not_work_is_said(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    EmailAccount.objects.update(smtp_trouble_sentence="<b>It</b> refused.")
    page = words_of(as_user(alice), account)
    assert "Sending does not work: &lt;b&gt;It&lt;/b&gt; refused." in page


@pytest.fixture
def locked_out(account: EmailAccount, server: Dovecot) -> EmailAccount:
    """Alice's mailbox after its password was changed elsewhere."""
    account.imap_port, account.imap_security = server.port, "none"
    account.save()
    keep_secret(account, Direction.INCOMING, "canary-the-old-one")
    meet_trouble(account, "sign_in_refused", "The password was refused.", timezone.now())
    return account


def test_only_its_owner_reconnects_a_mailbox(
    alice: User, bob: User, charlie: User, locked_out: EmailAccount, as_user: SignIn
) -> None:
    User.objects.filter(pk=bob.pk).update(is_administrator=True)
    address = f"{address_of(locked_out)}reconnection/"
    assert f'href="{address}"' in words_of(as_user(alice), locked_out)
    assert f'href="{address}"' not in words_of(as_user(bob), locked_out)
    for other in (bob, charlie):
        assert as_user(other).get(address).status_code == 404
        assert as_user(other).post(address, {"password": SECRET}).status_code == 404
    assert get_secret(locked_out, Direction.INCOMING) == "canary-the-old-one"


def test_a_wrong_password_is_said_and_not_kept_and_the_right_one_goes_on(
    alice: User, locked_out: EmailAccount, as_user: SignIn
) -> None:
    client, address = as_user(alice), f"{address_of(locked_out)}reconnection/"
    wrong = client.post(address, {"password": "canary-wrong"})
    assert wrong.status_code == 422
    assert 'id="id_password_error"' in wrong.content.decode()
    assert "canary" not in wrong.content.decode()
    assert get_secret(locked_out, Direction.INCOMING) == "canary-the-old-one"
    assert not ProcrastinateJob.objects.exists()

    assert client.post(address, {"password": SECRET}).headers["Location"] == address_of(locked_out)
    assert get_secret(locked_out, Direction.INCOMING) == SECRET
    assert "Fetching mail" in words_of(client, locked_out)
    assert ProcrastinateJob.objects.filter(args__account_id=locked_out.pk).count() == 1


def test_a_paused_mailbox_stays_paused(
    alice: User, locked_out: EmailAccount, as_user: SignIn
) -> None:
    pause(locked_out)
    client = as_user(alice)
    client.post(f"{address_of(locked_out)}reconnection/", {"password": SECRET})
    assert "Paused" in words_of(client, locked_out)
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_progress_moves_on_the_open_page(visit: Visit, alice: User, fetching: EmailAccount) -> None:
    page = visit(alice, address_of(fetching))
    expect(page.get_by_text("12,000 of 48,212 emails")).to_be_visible()
    page.wait_for_selector("html[data-live-state=open]")
    SyncRun.objects.update(messages_done=40000)
    announce_account(fetching.pk)
    expect(page.get_by_text("42,000 of 48,212 emails")).to_be_visible()
    assert axe_violations(page) == []


LOCKED_OUT = {
    "trouble": "sign_in_refused",
    "trouble_sentence": "mail.example.com refused the user name or password. Check both;"
    " many providers want an app password and IMAP switched on.",
    "smtp_trouble_sentence": "smtp.example.com refused the user name or password.",
    "octets_a_day": 500_000_000,
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_every_state_is_accessible_and_fits(
    width: int, scheme: Scheme, visit: Visit, alice: User, fetching: EmailAccount
) -> None:
    page = visit(alice, address_of(fetching), width=width, scheme=scheme)
    found = axe_violations(page)
    EmailAccount.objects.update(trouble_since=timezone.now(), **LOCKED_OUT)
    page.goto(address_of(fetching))
    found += axe_violations(page)
    assert found == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
