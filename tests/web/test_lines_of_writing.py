"""The lines above what one writes: To, Cc, Bcc, Subject."""

import pytest
from playwright.sync_api import expect

from postroom.accounts.models import EmailAccount
from postroom.team.models import User
from web.browser import Visit
from web.test_email_templates import sending  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)


def test_enter_in_a_line_goes_on_to_the_next_and_the_page_stays(
    visit: Visit,
    sending: EmailAccount,  # noqa: F811
    alice: User,
) -> None:
    """Before the names were there, Enter in To once saved the page anew and lost the place."""
    page = visit(alice, "/writing/new/")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_label("To", exact=True).press_sequentially("len")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Subject")).to_be_focused()
    page.get_by_text("Cc and Bcc").click()
    for label in ("To", "Cc", "Bcc"):
        page.get_by_label(label, exact=True).press("Enter")
    expect(page.get_by_label("Subject")).to_be_focused()
    page.keyboard.type("Offer")
    page.keyboard.press("Enter")
    page.keyboard.type("Dear Lena")
    expect(page.locator("[contenteditable=true]")).to_have_text("Dear Lena")
    expect(page.get_by_text("Saved as a draft")).to_be_visible()
    assert page.locator("body[data-same]").count() == 1
