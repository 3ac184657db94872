"""Set up IMAP Account: the steps of the reference page, one after the other, in a browser.

"In Zoho CRM, Go to Setup > Channels > Email > Email Configuration. In the Email tab, choose one
from the Popular Email Services. Click IMAP. … Enter the Email Address and click Next. … Enter the
Password and click Allow, … Click Continue."
"""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import expect

from journeys.conftest import APP_PASSWORD, World, expect_connected
from postroom.accounts.models import EmailAccount, Sharing
from postroom.team.models import User
from web.browser import Visit, axe_violations

pytestmark = pytest.mark.django_db(transaction=True)

SETUP = "/setup/channels/email/"


def test_a_popular_service_is_connected_step_by_step(
    visit: Visit, alice: User, world: World
) -> None:
    page = visit(alice, "/setup/")
    expect(page.get_by_text("Setup › Channels › Email")).to_be_visible()
    expect(page.get_by_role("link", name="Email", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    tiles = page.get_by_role("list", name="Popular Email Services").get_by_role("link")
    expect(tiles).to_have_count(6)
    tiles.filter(has_text="Zoho Mail").click()
    expect(page.get_by_role("radio", name="IMAP")).to_be_checked()
    create = page.get_by_role("link", name="Create Account")
    expect(create).to_have_attribute("href", "https://www.zoho.com/mail/signup.html")
    page.get_by_label("Email Address").fill("alice@zoho.com")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("found by your address’s domain")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_label("Password", exact=True).fill(APP_PASSWORD)
    page.get_by_text("Server Details").click()
    expect(page.get_by_label("Incoming Server Name")).to_have_value("imap.zoho.com")
    expect(page.get_by_label("Outgoing Server Name")).to_have_value("smtp.zoho.com")
    page.get_by_role("radio", name="Public").check()
    page.get_by_role("button", name="Allow and continue").click()
    expect_connected(page)
    account = EmailAccount.objects.get()
    assert (account.provider, account.sharing) == ("zoho_personal", Sharing.PUBLIC)
    assert account.smtp_trouble_sentence == ""


COUNTED = """
addEventListener("click", ({ target }) => count(target.closest("a, button, summary, label")));
addEventListener("change", ({ target }) => count(!["address", "password"].includes(target.name)));
function count(what) {
  if (what) sessionStorage.counted = Number(sessionStorage.counted ?? 0) + 1;
}
"""


def test_with_the_keyboard_alone_it_takes_at_most_six_fields_and_clicks(
    visit: Visit, alice: User, world: World
) -> None:
    """From the sign-in to connected, beyond the address and the password."""
    User.objects.update(password=PBKDF2PasswordHasher().encode("correct horse", "salt" * 6))
    page = visit(None, "/accounts/login/")
    page.keyboard.press("Tab")
    page.get_by_label("Email").focus()
    page.keyboard.type("alice@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    page.wait_for_load_state()  # The keys are listened to from then on.
    page.evaluate(COUNTED)
    page.context.add_init_script(COUNTED)
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_label("Email Address")).to_be_focused()
    page.keyboard.type("alice@zoho.com")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(APP_PASSWORD)
    page.keyboard.press("Enter")
    expect_connected(page)
    counted = int(page.evaluate("sessionStorage.counted"))
    print(f"{counted} fields and clicks beyond address and password")
    assert 0 < counted <= 6


def test_a_company_is_recognised_by_where_its_mail_is_delivered(
    visit: Visit, alice: User, world: World
) -> None:
    world.names.records["harbour.example", "MX"] = ["10 mx.zoho.eu."]
    page = visit(alice, SETUP)
    page.get_by_label("Email Address").fill("alice@harbour.example")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("found by where its mail is delivered")).to_be_visible()
    expect(page.get_by_text("Zoho Mail with your own domain (Europe)")).to_be_visible()
    page.get_by_text("What was asked").click()
    expect(page.get_by_text("mx.zoho.eu", exact=False).first).to_be_visible()
    page.get_by_text("Server Details").click()
    expect(page.get_by_label("Incoming Server Name")).to_have_value("imappro.zoho.eu")


def test_pop_of_a_popular_service_is_chosen_in_the_same_step(
    visit: Visit, alice: User, world: World
) -> None:
    page = visit(alice, f"{SETUP}services/zoho_personal/")
    page.get_by_role("radio", name="POP").check()
    page.get_by_label("Email Address").fill("alice@zoho.com")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(APP_PASSWORD)
    page.get_by_text("Server Details").click()
    expect(page.get_by_text("Mail is always left on the server")).to_be_visible()
    page.get_by_role("button", name="Allow and continue").click()
    expect_connected(page)
    assert EmailAccount.objects.get().incoming == ("pop.zoho.com", 995, "tls")


def test_servers_of_strangers_get_no_password_before_somebody_looked_at_them(
    visit: Visit, alice: User, world: World
) -> None:
    names = world.names.records
    names["_imaps._tcp.lodge.example", "SRV"] = ["0 1 993 mail.petrel.example."]
    page = visit(alice, SETUP)
    page.get_by_label("Email Address").fill("alice@lodge.example")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("told by the records of lodge.example")).to_be_visible()
    expect(page.get_by_text("servers that are not its own: mail.petrel.example")).to_be_visible()
    expect(page.get_by_label("Incoming Server Name")).to_have_value("mail.petrel.example")
    page.get_by_label("Password", exact=True).fill("canary-of-the-lodge")
    page.get_by_role("button", name="Allow and continue").click()
    expect(page.get_by_label("These servers are my provider’s")).to_be_focused()
    expect(page.locator("#steps li")).to_have_count(0)
    assert axe_violations(page) == []
    page.get_by_label("These servers are my provider’s").check()
    page.get_by_role("button", name="Allow and continue").click()
    expect(page.locator(".step-failed")).to_contain_text("Sign-in")


def test_a_service_that_lets_no_program_in_is_said_so_in_one_sentence(
    visit: Visit, alice: User, world: World
) -> None:
    page = visit(alice, SETUP)
    page.get_by_label("Email Address").fill("alice@tuta.com")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Tuta lets no other program read its mail")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_count(0)
