"""On a slow network it shows at once what one opened, and what was opened last is what stays."""

import pytest
from playwright.sync_api import Route, expect

from cast import message, received
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.team.models import User
from web.browser import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_email_that_is_opened_while_another_is_awaited_comes_first_and_stays(
    visit: Visit, alice: User, lena: Person, letter: Email, account: EmailAccount
) -> None:
    other = received(account, message("Another", from_="lena@customer.example"))
    page = visit(alice, f"/people/{lena.pk}/")
    held: list[Route] = []
    page.route(f"**/emails/{letter.pk}/*", lambda route: held.append(route))
    row = page.locator(f"#email-row-{letter.pk} .email-link")
    row.click()
    expect(row).to_have_attribute("aria-current", "true")
    expect(page.locator("#reading")).to_have_attribute("aria-busy", "true")
    page.locator(f"#email-row-{other.pk} .email-link").click()
    expect(page.locator("#subject")).to_have_text("Another")
    expect(page.locator("#subject")).to_be_focused()
    expect(page).to_have_url(f"/people/{lena.pk}/?email={other.pk}")
    expect(row).not_to_have_attribute("aria-current", "true")
    expect(page.locator("#reading[aria-busy]")).to_have_count(0)
    assert len(held) == 1


def test_an_email_that_is_opened_twice_is_asked_for_once(
    visit: Visit, alice: User, lena: Person, letter: Email, account: EmailAccount
) -> None:
    received(account, message("Another", from_="lena@customer.example"))
    page = visit(alice, f"/people/{lena.pk}/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    row = page.locator(f"#email-row-{letter.pk} .email-link")
    row.dblclick()
    expect(page).to_have_url(f"/people/{lena.pk}/?email={letter.pk}")
    row.click()
    expect(page.locator("#subject")).to_be_focused()
    assert sum(f"/emails/{letter.pk}/?" in url for url in asked) == 1
