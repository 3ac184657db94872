"""For an Outlook Account.

"Sign into your Outlook account using this link. Under App passwords, click Create a new app
password. Copy and paste the unique app-specific password …" Microsoft ended that in 2024: neither
password opens a mailbox any more, and the page says so before one is typed.
"""

import re

import pytest
from playwright.sync_api import expect

from cast import NOON
from journeys.conftest import World
from postroom.oauth.clients import ClientEntry, keep_client
from postroom.team.models import User
from web.browser import Visit, axe_violations

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_password_is_asked_for_where_none_is_taken(
    visit: Visit, alice: User, world: World
) -> None:
    page = visit(alice, "/setup/channels/email/")
    page.get_by_role("link", name="Outlook").first.click()
    page.get_by_label("Email Address").fill("alice@outlook.com")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("lets no program in with a password any more")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_count(0)
    expect(page.get_by_text("Signing in with Microsoft is not set up here yet")).to_be_visible()
    assert axe_violations(page) == []
    keep_client(ClientEntry(issuer="microsoft", client_id="the-id", secret="canary"), NOON)
    page.reload()
    expect(page.get_by_role("button", name="Sign in with Microsoft")).to_be_visible()
    page.get_by_role("radio", name="Public").check()
    page.route(
        "https://login.microsoftonline.com/**", lambda route: route.fulfill(body="Microsoft")
    )
    page.get_by_role("button", name="Sign in with Microsoft").click()
    expect(page).to_have_url(re.compile(r"client_id=the-id.*alice%40outlook\.com"))
    assert "canary" not in page.url
