"""For an Office 365 Account.

"If you wish to configure your Office 365 account via IMAP in Zoho CRM, and you have the
Multi-factor authentication service enabled for it, follow the instructions below to generate the
app-specific password …" Microsoft ended that: who signs in at Microsoft needs none.
"""

import pytest
from playwright.sync_api import expect

from journeys.conftest import World
from postroom.team.models import User
from web.browser import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_company_at_microsoft_is_recognised_and_no_password_is_asked_for(
    visit: Visit, alice: User, world: World
) -> None:
    world.names.records["anchor.example", "MX"] = ["0 anchor-example.mail.protection.outlook.com."]
    page = visit(alice, "/setup/channels/email/services/microsoft365/")
    expect(page.get_by_text("An administrator may have to approve Postroom once")).to_be_visible()
    page.get_by_label("Email Address").fill("alice@anchor.example")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Office 365, found by where its mail is delivered")).to_be_visible()
    expect(page.get_by_text("lets no program in with a password any more")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_count(0)
