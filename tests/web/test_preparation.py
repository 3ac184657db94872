"""Ruth sets a mailbox up for Alice, who alone enters its password; Charlie must see nothing."""

import io
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import expect
from procrastinate.contrib.django.models import ProcrastinateJob

from cast import NOON
from postroom.accounts.models import Activation, Credential, EmailAccount
from postroom.accounts.senders import from_addresses_of
from postroom.cli import main
from postroom.config.secrets import read_keys
from postroom.engine.posting import waiting_notices
from postroom.outbox.models import Notice
from postroom.team.models import AuditEntry, Profile, User
from postroom.team.users import give_profile
from servers.dovecot import Dovecot, dovecot
from web.browser import Site, Visit, axe_violations

SignIn = Callable[[User], Client]
SETUP = "/setup/channels/email/"
ALICE = "alice@example.com"
SECRET = "canary-4711-of-the-mailbox"


@pytest.fixture
def ruth(db: None) -> User:
    """The administrator."""
    return User.objects.create_user("ruth@example.com", name="Ruth", is_administrator=True)


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        yield running


@pytest.fixture
def typed(alice: User, server: Dovecot) -> dict[str, str]:
    """The form as Ruth fills it in."""
    return {
        "owner": str(alice.pk),
        "address": ALICE,
        "protocol": "imap",
        "incoming_host": server.host,
        "incoming_port": str(server.port),
        "incoming_security": "none",
        "sharing": "custom",
    }


@pytest.fixture
def waiting(ruth: User, typed: dict[str, str], as_user: SignIn) -> EmailAccount:
    """The mailbox as Ruth set it up."""
    assert as_user(ruth).post(f"{SETUP}preparation/", typed).status_code == 302
    return EmailAccount.objects.get()


def test_it_waits_and_does_nothing_and_its_owner_is_told_once(
    ruth: User, waiting: EmailAccount
) -> None:
    assert (waiting.activation, waiting.sharing) == (Activation.WAITING, "custom")
    assert not Credential.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="postroom.keep_account").exists()
    assert from_addresses_of(waiting) == []
    for _ in range(2):
        waiting_notices(NOON)
    [notice] = Notice.objects.all()
    assert notice.recipient == ALICE
    assert "Ruth set the mailbox alice@example.com up" in " ".join(notice.text.split())
    assert f"{SETUP}{waiting.pk}/reconnection/" in notice.text
    [entry] = AuditEntry.objects.all()
    assert (entry.actor, entry.act, entry.subject) == (ruth, "account_prepared", ALICE)


def test_charlie_does_not_learn_of_it(
    charlie: User, waiting: EmailAccount, as_user: SignIn
) -> None:
    client = as_user(charlie)
    assert ALICE not in client.get(SETUP).content.decode()
    for page in ("", "reconnection/", "removal/"):
        assert client.get(f"{SETUP}{waiting.pk}/{page}").status_code == 404


def test_who_set_it_up_enters_no_password_and_starts_nothing(
    ruth: User, waiting: EmailAccount, as_user: SignIn
) -> None:
    client, page = as_user(ruth), f"{SETUP}{waiting.pk}/"
    shown = client.get(page).content.decode()
    assert "Waiting for its password" in shown
    assert "Enter the password" not in shown
    assert client.post(f"{page}reconnection/", {"password": SECRET}).status_code == 404
    client.post(f"{page}resumption/")
    client.post(f"{page}pause/", {"because": "x"})
    waiting.refresh_from_db()
    assert waiting.activation == Activation.WAITING


def test_without_a_password_there_is_nothing_to_try(
    alice: User, waiting: EmailAccount, as_user: SignIn
) -> None:
    shown = as_user(alice).get(f"{SETUP}{waiting.pk}/").content.decode()
    assert "From addresses" not in shown
    answer = as_user(alice).post(f"{SETUP}{waiting.pk}/test/")
    assert answer.status_code < 500
    waiting.refresh_from_db()
    assert waiting.activation == Activation.WAITING


def test_a_wrong_password_leaves_it_waiting(
    alice: User, waiting: EmailAccount, as_user: SignIn
) -> None:
    page = f"{SETUP}{waiting.pk}/reconnection/"
    shown = as_user(alice).post(page, {"password": "canary-wrong"})
    assert shown.status_code == 422
    assert "canary" not in shown.content.decode()
    waiting.refresh_from_db()
    assert waiting.activation == Activation.WAITING
    assert not Credential.objects.exists()


def test_the_servers_are_found_by_the_address_and_looked_at_first(
    ruth: User, alice: User, as_user: SignIn
) -> None:
    form = {"owner": alice.pk, "address": "alice@fastmail.com", "protocol": "imap"}
    shown = as_user(ruth).post(f"{SETUP}preparation/", form | {"sharing": "private"})
    page = shown.content.decode()
    assert "These servers were found" in page
    assert 'value="imap.fastmail.com"' in page
    assert 'value="smtp.fastmail.com"' in page
    assert not EmailAccount.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"owner": ""}, "Choose the colleague"),
        ({"owner": "999999"}, "Select a valid choice"),
        ({"address": "x"}, "field-wrong"),
        ({"incoming_port": "0"}, "field-wrong"),
        ({"sharing": "x"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    wrong: dict[str, str], said: str, ruth: User, typed: dict[str, str], as_user: SignIn
) -> None:
    shown = as_user(ruth).post(f"{SETUP}preparation/", typed | wrong)
    assert shown.status_code == 422
    assert said in shown.content.decode()
    assert not EmailAccount.objects.exists()


def test_for_who_may_not_integrate_email_nothing_is_set_up(
    ruth: User, alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    give_profile(alice, Profile.objects.create(name="Reader"), ruth, NOON)
    shown = as_user(ruth).post(f"{SETUP}preparation/", typed).content.decode()
    assert "The profile of Alice does not include" in shown
    assert not EmailAccount.objects.exists()


def test_who_lost_the_permission_enters_no_password(
    ruth: User, alice: User, waiting: EmailAccount, as_user: SignIn
) -> None:
    give_profile(alice, Profile.objects.create(name="Reader"), ruth, NOON)
    for page in ("reconnection/", "servers/"):
        shown = as_user(alice).post(f"{SETUP}{waiting.pk}/{page}", {"password": SECRET})
        assert shown.status_code == 403
    assert not Credential.objects.exists()


def test_it_can_be_withdrawn(ruth: User, waiting: EmailAccount, as_user: SignIn) -> None:
    page = f"{SETUP}{waiting.pk}/removal/"
    assert as_user(ruth).get(page).status_code == 200
    assert as_user(ruth).post(page, {"because": "A mistake"}).status_code == 302


def test_it_is_set_up_by_command_too(alice: User, server: Dovecot) -> None:
    words = f"account add {ALICE} --owner {ALICE} --imap-host {server.host} --without-password"
    result = CliRunner().invoke(main, words.split())
    assert "waits for alice@example.com to enter its password" in result.output
    assert EmailAccount.objects.get().activation == Activation.WAITING
    for word in ("pause", "resume"):
        refused = CliRunner().invoke(main, ["account", word, ALICE])
        assert (refused.exit_code, "waits for" in refused.output) == (1, True)
    refused = CliRunner().invoke(main, ["sync", ALICE, "--once"])
    assert (refused.exit_code, "waits for its password" in refused.output) == (1, True)


@pytest.mark.django_db(transaction=True)
def test_ruth_sets_it_up_and_alice_enters_the_password(
    visit: Visit,
    site: Site,
    settings: LazySettings,
    ruth: User,
    alice: User,
    server: Dovecot,
) -> None:
    settings.SEALING_KEYS = read_keys(site.log.with_name("secret.key"))
    page = visit(ruth, SETUP, width=360)
    page.get_by_role("link", name="Set up for a colleague").click()
    page.get_by_label("Whose mailbox is it?").select_option("Alice")
    page.get_by_label("Email Address").fill(ALICE)
    page.get_by_label("Incoming Server Name").fill(server.host)
    page.get_by_label("Port").first.fill(str(server.port))
    page.get_by_label("Security").first.select_option("none")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("waits for Alice to enter its password")).to_be_visible()
    hers = visit(alice, SETUP)
    expect(hers.get_by_text("Waiting for its password")).to_be_visible()
    hers.get_by_role("link", name="Enter the password").focus()
    hers.keyboard.press("Enter")
    expect(hers.get_by_text("Ruth set this mailbox up for you")).to_be_visible()
    assert axe_violations(hers) == []
    hers.get_by_label("Password").first.fill(SECRET)
    hers.keyboard.press("Enter")
    expect(hers.get_by_text("The mailbox lets Postroom in")).to_be_visible()
    expect(hers.get_by_text("Fetching mail")).to_be_visible()
    page.goto(f"{SETUP}{EmailAccount.objects.get().pk}/")
    expect(page.get_by_text("You see how it is doing, not what is in it")).to_be_visible()
    everything = io.StringIO()
    call_command("dumpdata", stdout=everything)
    assert "canary-4711" not in everything.getvalue() + site.log.read_text() + page.content()
    assert ALICE in everything.getvalue()
