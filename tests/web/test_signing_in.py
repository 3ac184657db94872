"""Sign in with an OpenID provider in a browser: connected, revoked, told once, and again."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from cast import message
from postroom.accounts.models import EmailAccount
from postroom.crm.models import Person
from postroom.oauth.models import Grant
from postroom.outbox.incidents import write_incidents
from postroom.outbox.models import Notice
from postroom.setup.throttle import TURNS
from postroom.team.models import User
from servers.dovecot import Dovecot
from servers.openid import Provider, openid_provider
from servers.token_mailbox import dovecot_with_tokens
from web.browser import Site, Visit, axe_violations

ALICE, BOB, LENA = "alice@example.com", "bob@example.com", "lena@customer.example"
SERVICES = "/setup/channels/email/sign-in-services/"


@pytest.fixture
def provider(site: Site) -> Iterator[Provider]:
    with openid_provider(ALICE, BOB) as running:
        running.client.redirects.add(f"{site.url}{reverse('oauth-callback')}")
        yield running


@pytest.fixture
def mailbox(provider: Provider) -> Iterator[Dovecot]:
    with dovecot_with_tokens(provider) as running:
        yield running


@pytest.fixture
def page(visit: Visit, alice: User, lena: Person, provider: Provider, mailbox: Dovecot) -> Page:
    """Alice, who is an administrator, has entered the client."""
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    page = visit(alice, f"{SERVICES}openid/")
    page.get_by_label("Name on the button").fill("Example")
    page.get_by_label("Address of the provider").fill(provider.url)
    page.get_by_label("Client ID").fill(provider.client.client_id)
    page.get_by_label("Client secret").fill(provider.client.secret)
    page.get_by_label("Incoming server").fill("127.0.0.1")
    page.get_by_label("Port").first.fill(str(mailbox.port))
    page.get_by_label("Security").first.select_option("none")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The client is saved")).to_be_visible()
    return page


def sync(site: Site) -> "subprocess.CompletedProcess[str]":
    """What an engine does, as the command line does it."""
    url = os.environ["DATABASE_URL"].replace("/postroom?", "/test_postroom?")
    keys = {"DATABASE_URL": url, "POSTROOM_SECRET_KEY_FILE": str(site.log.parent / "secret.key")}
    command = [sys.executable, "-m", "postroom.cli", "sync", ALICE, "--once"]
    return subprocess.run(
        command, env=os.environ | keys, capture_output=True, text=True, timeout=60, check=False
    )


def sign_in(page: Page, person: str, button: str = "Sign in with Example") -> None:
    """Press the button and choose an account at the provider."""
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="Choose an account")).to_be_visible()
    page.get_by_role("button", name=person, exact=True).click()


def test_signed_in_then_revoked_then_signed_in_again_and_nothing_is_lost(
    page: Page, site: Site, provider: Provider, mailbox: Dovecot, lena: Person
) -> None:
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("status").filter(has_text="Client id and secret")).to_be_visible()
    expect(page.get_by_text("needs you")).to_have_count(0)

    mailbox.add(ALICE, "INBOX", [message("First", from_=LENA, to=ALICE)])
    begin(page, site, ALICE)
    sign_in(page, ALICE)
    expect(page.get_by_text(f"{ALICE} is connected.")).to_be_visible()
    assert sync(site).returncode == 0
    page.goto(f"/people/{lena.pk}/")
    expect(page.get_by_text("First", exact=True)).to_be_visible()

    provider.revoke(ALICE)
    mailbox.add(ALICE, "INBOX", [message("While away", from_=LENA, to=ALICE)])
    for _ in range(2):
        assert "Sign in again" in sync(site).stderr
        write_incidents(timezone.now())
    notice = Notice.objects.get()
    assert "reconnection" in notice.text
    assert "password again" not in notice.text

    account = EmailAccount.objects.get()
    page.goto(f"/setup/channels/email/{account.pk}/")
    expect(page.get_by_text("has ended Postroom's access")).to_be_visible()
    page.get_by_role("link", name="Reconnect").click()
    sign_in(page, ALICE)
    expect(page.get_by_text(f"{ALICE} is connected.")).to_be_visible()
    assert sync(site).returncode == 0
    page.goto(f"/people/{lena.pk}/")
    expect(page.get_by_text("While away")).to_be_visible()
    expect(page.get_by_text("First", exact=True)).to_be_visible()
    account.refresh_from_db()
    assert account.incident_at is None
    assert Notice.objects.count() == 1


def begin(page: Page, site: Site, address: str) -> None:
    """Put the part with the button before the person, as the set-up does."""
    page.goto("/setup/channels/email/")
    page.evaluate(
        """([start, address]) => {
          const form = document.createElement("form");
          form.method = "post"; form.action = start;
          const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? "";
          for (const [name, value] of Object.entries({csrfmiddlewaretoken: token,
            issuer: "openid", address, protocol: "imap", sharing: "private"})) {
            const input = document.createElement("input");
            input.type = "hidden"; input.name = name; input.value = value; form.append(input);
          }
          const button = document.createElement("button");
          button.textContent = "Sign in with Example"; form.append(button);
          document.querySelector("main").append(form);
        }""",
        [reverse("oauth-start"), address],
    )


def test_the_wrong_account_is_named_and_the_right_one_is_a_click_away(
    page: Page, site: Site, provider: Provider
) -> None:
    begin(page, site, ALICE)
    sign_in(page, BOB)
    expect(page.get_by_role("alert")).to_contain_text(f"you chose {BOB}")
    assert axe_violations(page) == []
    sign_in(page, ALICE)
    expect(page.get_by_text(f"{ALICE} is connected.")).to_be_visible()


def test_a_code_typed_elsewhere_connects_while_the_page_waits(
    page: Page, site: Site, provider: Provider
) -> None:
    begin(page, site, ALICE)
    page.evaluate(
        "start => document.querySelector('main form:last-child').action = start",
        reverse("oauth-device"),
    )
    page.get_by_role("button", name="Sign in with Example").click()
    code = page.locator("dd code")
    expect(code).to_have_text(re.compile(r"\w{4}-\w{4}"))
    assert axe_violations(page) == []
    provider.approve(code.inner_text(), ALICE)
    expect(page.get_by_text(f"{ALICE} is connected.")).to_be_visible()
    assert Grant.objects.get().identity == ALICE


def test_without_a_client_it_is_said_whom_to_ask(
    alice: User, bob: User, as_user: Callable[[User], Client]
) -> None:
    User.objects.filter(pk=bob.pk).update(is_administrator=True)
    page = as_user(alice).post(reverse("oauth-start"), {"issuer": "google", "address": ALICE})
    assert page.status_code == 422
    assert "Ask an administrator to enter a client" in page.content.decode()


def test_an_answer_without_a_sign_in_before_it_connects_nothing(
    alice: User, as_user: Callable[[User], Client]
) -> None:
    page = as_user(alice).get(reverse("oauth-callback"), {"state": "x", "code": "y"})
    assert page.status_code == 422
    assert "was begun in another browser" in page.content.decode()


def test_nobody_signs_in_again_for_a_colleagues_mailbox(
    account: EmailAccount, charlie: User, as_user: Callable[[User], Client]
) -> None:
    form = {"issuer": "openid", "account": account.pk}
    assert as_user(charlie).post(reverse("oauth-start"), form).status_code == 404


@pytest.mark.parametrize("page", ["oauth-start", "oauth-device"])
def test_sign_ins_are_begun_so_often_and_no_more(
    page: str, alice: User, bob: User, as_user: Callable[[User], Client]
) -> None:
    client, form = as_user(alice), {"issuer": "google", "address": ALICE}
    said = [client.post(reverse(page), form).content.decode() for _ in range(TURNS["sign_in"] + 1)]
    assert ["then try again" in each for each in said] == [False] * TURNS["sign_in"] + [True]
    assert "then try again" not in as_user(bob).post(reverse(page), form).content.decode()
