"""Email Sharing as people meet it: an administrator sets a rule, colleagues' open pages obey."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from cast import account_of, message, person, received
from postroom.accounts.models import EmailAccount
from postroom.crm.models import Person
from postroom.team.models import Role, User
from web.browser import Visit

pytestmark = pytest.mark.django_db(transaction=True)

LENA = "lena@customer.example"
SHARING = "/setup/channels/email/sharing/"
# What is asked of the product is a second; a busy machine renders its own page meanwhile.
QUICKLY = 1_000


@pytest.fixture
def ada(db: None) -> User:
    """The administrator."""
    return User.objects.create_user("ada@example.com", name="Ada", is_administrator=True)


@pytest.fixture
def sales(alice: User) -> Role:
    """Alice's role."""
    role = Role.objects.create(name="Sales")
    User.objects.filter(pk=alice.pk).update(role=role)
    return role


@pytest.fixture
def mailbox(sales: Role, alice: User) -> EmailAccount:
    """Alice's private mailbox, with a letter of Lena's."""
    account = account_of(User.objects.get(pk=alice.pk))
    received(account, message("Quarterly order", from_=f"Lena <{LENA}>", to=account.address))
    return account


@pytest.fixture
def lena(db: None) -> Person:
    """A lead."""
    return person("Lena Lead", LENA)


def listening(page: Page) -> Page:
    """The page, once its stream is open and has caught up."""
    page.wait_for_selector("html[data-live-state=open]")
    page.wait_for_timeout(1200)
    return page


def within_a_second(rows: Locator, number: int, act: Callable[[], None]) -> None:
    """The open page shows so many rows a second after it was done, and shows others before."""
    expect(rows).not_to_have_count(number)
    act()
    begun = time.monotonic()
    expect(rows).to_have_count(number, timeout=QUICKLY)
    print(f"{number} rows after {time.monotonic() - begun:.2f} s")


@pytest.mark.alone
def test_a_rule_holds_at_once_on_open_pages_and_its_owner_reads_why(
    visit: Visit, ada: User, alice: User, bob: User, mailbox: EmailAccount, lena: Person
) -> None:
    rows = listening(visit(bob, f"/people/{lena.pk}/")).locator("#email-rows .email-row")
    page = visit(ada, SHARING)
    page.get_by_role("list", name="Roles").get_by_role("link", name="Sales").click()
    page.get_by_role("radio", name=re.compile("^Public")).check()
    page.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_text("1 mailbox of 1 user changes:")).to_be_visible()
    expect(page.get_by_text("Private (own choice)")).to_be_visible()
    expect(page.get_by_text("Nothing anybody chose is overwritten")).to_be_visible()
    within_a_second(rows, 1, page.get_by_role("button", name="Save").click)
    expect(page.get_by_text("Saved for Sales: Public: everything, to everyone.")).to_be_visible()
    expect(page.get_by_text("Set for the role Sales by Ada").first).to_be_visible()

    hers = visit(alice, f"/setup/channels/email/{mailbox.pk}/")
    expect(hers.get_by_text("Public: everything, to everyone")).to_be_visible()
    expect(hers.get_by_text("Set for the role Sales by Ada")).to_be_visible()
    expect(hers.get_by_text("Your own choice, Private, is kept")).to_be_visible()
    expect(hers.get_by_role("button", name="Save sharing")).to_have_count(0)

    page.get_by_role("list", name="Users").get_by_role("link", name="Alice").click()
    page.get_by_role("radio", name=re.compile("^Private")).check()
    page.get_by_role("button", name="See what it changes").click()
    within_a_second(rows, 0, page.get_by_role("button", name="Save").click)
    expect(page.get_by_text("Saved for Alice: Private.")).to_be_visible()
    hers.reload()
    expect(hers.get_by_text("Set for you by Ada")).to_be_visible()

    page.get_by_role("list", name="Users").get_by_role("link", name="Alice").click()
    within_a_second(rows, 1, page.get_by_role("button", name="Lift the rule").click)
    page.get_by_role("list", name="Roles").get_by_role("link", name="Sales").click()
    within_a_second(rows, 0, page.get_by_role("button", name="Lift the rule").click)
    hers.reload()
    expect(hers.get_by_role("button", name="Save sharing")).to_be_visible()


@pytest.mark.alone
def test_the_owner_shares_with_named_colleagues_and_for_a_time(
    visit: Visit, alice: User, bob: User, mailbox: EmailAccount, lena: Person
) -> None:
    rows = listening(visit(bob, f"/people/{lena.pk}/")).locator("#email-rows .email-row")
    page = visit(alice, f"/setup/channels/email/{mailbox.pk}/")
    expect(page.get_by_label("Subject too")).to_be_hidden()
    page.get_by_role("radio", name=re.compile("^Custom")).check()
    page.get_by_label("Certain colleagues and roles").check()
    page.get_by_role("button", name="Save sharing").click()
    expect(page.get_by_text("Choose at least one colleague or role")).to_be_visible()
    page.get_by_role("radio", name=re.compile("^Custom")).check()
    page.get_by_label("Certain colleagues and roles").check()
    page.get_by_label("Bob").check()
    page.get_by_role("button", name="Save sharing").click()
    expect(page.get_by_text("Saved. Custom: everything, to Bob.")).to_be_visible()

    page.goto(f"/people/{lena.pk}/")
    page.get_by_label("Until").fill("2040-12-03")
    within_a_second(rows, 1, page.get_by_role("button", name="Share with colleagues").click)
    expect(page.get_by_text("Shared with Bob: your emails until 3 December 2040.")).to_be_visible()
    within_a_second(rows, 0, page.get_by_role("button", name="Stop sharing").click)
