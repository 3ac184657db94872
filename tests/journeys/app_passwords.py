"""What the journeys of app passwords have in common: the usual one is refused, the steps are there,
the app password opens the mailbox."""

from playwright.sync_api import expect

from journeys.conftest import APP_PASSWORD, ORDINARY, expect_connected
from postroom.accounts.models import EmailAccount
from postroom.team.models import User
from web.browser import Visit


def usual_refused_then_app_password(
    visit: Visit, owner: User, service: str, address: str, link: str
) -> EmailAccount:
    """Try the usual password at a service, be told why it is refused, and use the app password."""
    page = visit(owner, "/setup/channels/email/")
    page.get_by_role("link", name=service).first.click()
    page.get_by_label("Email Address").fill(address)
    page.get_by_role("button", name="Next").click()
    advice = page.get_by_role("complementary")
    expect(advice.get_by_role("listitem").first).to_be_visible()
    expect(advice.get_by_role("link", name="Open")).to_have_attribute("href", link)
    expect(advice.get_by_text("shown only once")).to_be_visible()
    expect(advice.get_by_text("Delete it on that page")).to_be_visible()
    expect(advice.get_by_text("a code sent to your phone")).to_be_visible()
    password = page.get_by_label("Password", exact=True)
    password.fill(ORDINARY)
    page.get_by_role("button", name="Allow and continue").click()
    expect(page.locator("#id_password_error")).to_contain_text("app password")
    expect(page.locator(".step-failed")).to_contain_text("Sign-in")
    expect(password).to_be_focused()
    assert not EmailAccount.objects.exists()
    password.fill(APP_PASSWORD)
    page.get_by_role("button", name="Allow and continue").click()
    expect_connected(page)
    return EmailAccount.objects.get()
