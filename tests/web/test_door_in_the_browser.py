"""From the invitation to the second factor, in a real browser, by keyboard alone; and passkeys."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from outbox.conftest import RELAY_USER, SECRET, url_of
from postroom.mime import parse_message
from postroom.team.models import Organisation, User
from servers.submission import Submission
from servers.submission_thread import submission_beside
from web.browser import Site, axe_violations, database_of_tests, serving, with_patient_keys
from web.factors import code_of

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "three words apart"


@pytest.fixture(scope="module")
def relay() -> Iterator[Submission]:
    """The organisation's SMTP server."""
    with submission_beside({RELAY_USER: SECRET}) as server:
        yield server


@pytest.fixture(scope="module")
def door(
    django_db_setup: None,
    postgres_server: Path,
    relay: Submission,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """Yield a web server with a relay."""
    more = {"POSTROOM_SMTP_URL": url_of(relay)}
    with serving(database_of_tests(), tmp_path_factory.mktemp("door"), more=more) as site:
        yield site


@pytest.fixture
def context(door: Site, browser: Browser) -> Iterator[BrowserContext]:
    """A browser that knows the server as localhost: passkeys want a name."""
    url = door.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=url, timezone_id="Europe/Berlin")
    context.set_default_timeout(10_000)
    yield context
    context.close()


def open_page(context: BrowserContext, path: str) -> Page:
    page = with_patient_keys(context.new_page())
    page.goto(path)
    return page


def administrator() -> User:
    ruth = User.objects.create_user("ruth@example.com", name="Ruth", is_administrator=True)
    return ruth


def as_ruth(door: Site, context: BrowserContext) -> None:
    value = door.cookie_of(administrator())
    context.add_cookies([{"name": "sessionid", "value": value, "url": context_url(door)}])


def context_url(door: Site) -> str:
    return door.url.replace("127.0.0.1", "localhost")


def by_keys(page: Page, *words: str) -> None:
    """Type into one field after the other, and press Enter in the last."""
    for index, text in enumerate(words):
        if index:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def tab_to(page: Page, role: str, name: str) -> None:
    """Go on with Tab until something has the focus."""
    target = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    expect(target).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_from_the_invitation_to_a_second_factor_by_keyboard_alone(
    door: Site, relay: Submission, browser: Browser, context: BrowserContext
) -> None:
    ruths = browser.new_context(base_url=context_url(door))
    as_ruth(door, ruths)
    page = open_page(ruths, "/setup/users/")
    tab_to(page, "link", "Invite")
    page.keyboard.press("Enter")
    tab_to(page, "textbox", "Name")
    by_keys(page, "Gina Guest", "gina@example.com")
    expect(page.get_by_text("The invitation went to gina@example.com")).to_be_visible()
    ruths.close()

    letter = parse_message(bytes(relay.taken[-1].content or b""))
    [link] = re.findall(r"http://\S+/join/#[\w-]+", letter.text)
    page = open_page(context, link.replace("127.0.0.1", "localhost"))
    expect(page.get_by_role("heading", name="Welcome, Gina Guest")).to_be_visible()
    assert axe_violations(page) == []
    token = link.partition("#")[2]
    assert token not in page.url
    assert token not in page.evaluate("document.referrer")
    by_keys(page, PASSWORD)
    expect(page.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    assert token not in door.log.read_text()

    page.goto("/you/security/")
    tab_to(page, "link", "Add an app")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Add an app")).to_be_visible()
    assert axe_violations(page) == []
    secret = page.get_by_label("Key", exact=True).input_value()
    tab_to(page, "textbox", "Code that the app shows")
    by_keys(page, code_of(secret))
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert axe_violations(page) == []
    codes = page.locator(".recovery-codes li").all_inner_texts()
    assert len(codes) == 10

    page.goto("/accounts/logout/")
    tab_to(page, "button", "Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    by_keys(page, "gina@example.com", PASSWORD)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert axe_violations(page) == []
    page.goto("/leads/")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    by_keys(page, "000000")
    expect(page.get_by_text("This code is not right")).to_be_visible()
    by_keys(page, codes[0])
    expect(page.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    page.goto("/you/security/")
    expect(page.get_by_text("9 left")).to_be_visible()


def with_authenticator(page: Page) -> None:
    """A device of the browser's own that confirms by itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_and_signs_in_without_a_password(
    door: Site, context: BrowserContext
) -> None:
    ruth = administrator()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"]):
        ruth.set_password(PASSWORD)
        ruth.save()
    Organisation.get()
    Organisation.objects.update(second_factor_required=True)
    page = open_page(context, "/leads/")
    with_authenticator(page)
    by_keys(page, "ruth@example.com", PASSWORD)
    expect(page.get_by_text("Your organisation wants a second factor")).to_be_visible()
    assert axe_violations(page) == []
    page.goto("/leads/")
    expect(page.get_by_text("Your organisation wants a second factor")).to_be_visible()
    page.get_by_role("link", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Confirm it is you")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name, to know it by").fill("Ruth’s laptop")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Ruth’s laptop").first).to_be_visible()
    assert axe_violations(page) == []
    page.goto("/leads/")
    expect(page.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill("ruth@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    page.goto("/you/security/")
    page.get_by_role("link", name="Remove Ruth’s laptop").click()
    expect(page.get_by_text("this is your last one")).to_be_visible()
