"""Who sees an email and why; what its owner says about it; what a colleague asks for.

In open pages, which follow by themselves.
"""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.models import AccessRequest, EmailAccount, Grant, Ruling, Sharing, Sight
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.team.models import Act, AuditEntry, User
from web.browser import Visit, axe_violations, site

__all__ = ["site"]

pytestmark = pytest.mark.django_db(transaction=True)

LENA = "lena@customer.example"
SUBJECT, WORDS = "Umbrella-Subject", "Walrus-Body"
ROWS = "#email-rows .email-row"


@pytest.fixture
def lena(db: None) -> Person:
    return person("Lena Lead", LENA)


@pytest.fixture
def account(alice: User) -> EmailAccount:
    """Alice shares who and when with everyone."""
    account = account_of(alice, Sharing.PUBLIC)
    EmailAccount.objects.update(sight=Sight.WHEN)
    return account


@pytest.fixture
def letter(account: EmailAccount, lena: Person) -> Email:
    """The first of two emails of a conversation."""
    first = message(SUBJECT, NOON, WORDS, from_=f"Lena <{LENA}>", message_id="<one@x>")
    second = message(
        SUBJECT, NOON + timedelta(1), WORDS, from_=LENA, message_id="<two@x>", references="<one@x>"
    )
    received(account, second)
    return received(account, first)


def listening(page: Page) -> Page:
    """The page, once its stream is open and has caught up."""
    page.wait_for_selector("html[data-live-state=open]")
    page.wait_for_timeout(1200)
    return page


def within(seconds: float, act: Callable[[], object]) -> None:
    """Something shows so soon; the rest is room for a machine with other work."""
    begun = time.monotonic()
    act()
    took = time.monotonic() - begun
    print(f"seen after {took:.2f} s of {seconds}")
    assert took <= 4 * seconds


@pytest.mark.alone
def test_bob_asks_and_his_open_page_has_alices_answer(
    visit: Visit, alice: User, bob: User, lena: Person, letter: Email
) -> None:
    bobs = visit(bob, f"/people/{lena.pk}/")
    expect(bobs.locator(ROWS)).to_have_count(2)
    bobs.locator(f"#email-row-{letter.pk} a").click()
    listening(bobs)
    expect(bobs.get_by_text("Alice shares mail with everyone")).to_be_visible()
    alices = listening(visit(alice, f"/people/{lena.pk}/"))
    bobs.get_by_label("Why you need it").fill("I call Lena today")
    bobs.get_by_role("button", name="Ask for access").click()
    expect(bobs.get_by_text("You asked for access")).to_be_visible()
    assert WORDS not in bobs.content()
    expect(alices.locator("#waiting-requests .badge")).to_have_text("1 waiting")
    alices.get_by_role("link", name="Requests").click()
    expect(alices.get_by_text("I call Lena today")).to_be_visible()
    assert axe_violations(alices) == []
    alices.get_by_role("button", name="Allow").click()
    expect(alices.get_by_text("Bob sees the email until")).to_be_visible()
    within(1, lambda: expect(bobs.locator(".letter")).to_have_text(WORDS))
    expect(bobs.get_by_text("Granted by Alice until")).to_be_visible()
    expect(bobs.locator("#subject")).to_have_text(SUBJECT)


@pytest.mark.alone
def test_bob_sees_that_alice_declines_and_waits_a_day(
    visit: Visit, alice: User, bob: User, letter: Email
) -> None:
    bobs = visit(bob, f"/emails/{letter.pk}/")
    bobs.get_by_role("button", name="Ask for access").click()
    expect(bobs.get_by_text("You asked for access")).to_be_visible()
    listening(bobs)
    alices = visit(alice, "/requests/")
    alices.get_by_role("button", name="Decline").click()
    expect(alices.get_by_text("Bob was told no.")).to_be_visible()
    within(1, lambda: expect(bobs.get_by_text("Your request was declined.")).to_be_visible())
    expect(bobs.get_by_role("button", name="Ask for access")).to_have_count(0)
    AccessRequest.objects.update(answered_at=timezone.now() - timedelta(days=1, minutes=1))
    bobs.reload()
    expect(bobs.get_by_role("button", name="Ask for access")).to_be_visible()


def test_news_do_not_take_away_what_bob_is_typing(
    visit: Visit, bob: User, account: EmailAccount, letter: Email
) -> None:
    page = listening(visit(bob, f"/emails/{letter.pk}/"))
    field = page.get_by_label("Why you need it")
    field.press_sequentially("Because")
    AccessRequest.objects.create(
        account=account, identity=b"other", asked_by=bob, asked_at=timezone.now()
    )
    page.wait_for_timeout(1500)
    expect(field).to_have_value("Because")
    expect(field).to_be_focused()


@pytest.mark.alone
def test_what_alice_hides_goes_from_bobs_list_and_from_beside_it(
    visit: Visit, alice: User, bob: User, lena: Person, account: EmailAccount, letter: Email
) -> None:
    EmailAccount.objects.update(sight=Sight.EVERYTHING)
    bobs = visit(bob, f"/people/{lena.pk}/?email={letter.pk}")
    expect(bobs.locator("#reading .letter")).to_have_text(WORDS)
    listening(bobs)
    alices = visit(alice, f"/people/{lena.pk}/?email={letter.pk}")
    alices.get_by_text("Who can see this?").click()
    expect(alices.get_by_text("Alice’s own mailbox")).to_be_visible()
    alices.get_by_label("Hidden").check()
    alices.get_by_role("button", name="Save").click()
    within(1, lambda: expect(bobs.locator(ROWS)).to_have_count(1))
    expect(bobs.locator("#reading .letter")).to_have_count(0)
    expect(alices.get_by_text("This email is hidden from colleagues now.")).to_be_visible()
    expect(alices.locator(".explained")).to_contain_text("Hidden by Alice")
    expect(alices.locator("#reading .letter")).to_have_text(WORDS)
    alices.get_by_role("button", name="Undo").click()
    expect(alices.get_by_text("It is as it was before.")).to_be_visible()
    expect(bobs.locator(ROWS)).to_have_count(2)


def test_alice_hides_a_conversation_by_keyboard_alone(
    visit: Visit, alice: User, letter: Email
) -> None:
    page = visit(alice, f"/emails/{letter.pk}/")
    page.get_by_text("Who can see this?").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("As the mailbox")).to_be_visible()
    page.get_by_label("As the mailbox").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Hidden")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(
        page.get_by_text("The whole conversation is hidden from colleagues now.")
    ).to_be_visible()
    assert axe_violations(page) == []
    ruling = Ruling.objects.get()
    assert (ruling.identity, ruling.thread_root, ruling.sight) == (None, "one@x", 0)


def test_alice_lets_bob_in_and_ends_it(visit: Visit, alice: User, bob: User, letter: Email) -> None:
    page = visit(alice, f"/emails/{letter.pk}/sharing/")
    page.get_by_label("Colleague", exact=True).select_option("Bob")
    page.get_by_label("How long").select_option("For good")
    page.get_by_role("button", name="Let in").click()
    expect(page.get_by_text("Bob sees this email for good.")).to_be_visible()
    assert Grant.objects.get().user == bob
    expect(page.locator(".explained")).to_contain_text("Granted by Alice for good")
    page.get_by_role("button", name="End the access of Bob").click()
    expect(page.get_by_text("Bob sees no more than the sharing")).to_be_visible()
    assert not Grant.objects.exists()


def test_an_administrator_views_as_bob_and_sees_no_content(
    visit: Visit, bob: User, lena: Person, letter: Email
) -> None:
    EmailAccount.objects.update(sight=Sight.EVERYTHING)
    ada = user("Ada")
    User.objects.filter(pk=ada.pk).update(is_administrator=True)
    page = visit(ada, f"/setup/users/{bob.pk}/")
    page.get_by_role("link", name="View as").click()
    page.get_by_role("link", name="Lena Lead").click()
    expect(page.locator(".viewed li")).to_have_count(2)
    expect(page.locator(".as-banner")).to_contain_text("You look as Bob")
    expect(page.locator(".viewed li").first).to_contain_text("Sees: everything. Alice shares mail")
    seen = [page.content()]
    page.locator(".viewed a").first.click()
    expect(page.locator(".explained")).to_contain_text("Alice’s own mailbox")
    assert axe_violations(page) == []
    seen.append(page.content())
    assert not [text for text in seen if re.search(f"{SUBJECT}|{WORDS}", text)]
    acts = list(AuditEntry.objects.filter(act=Act.VIEWED_AS).values_list("actor", "subject"))
    assert acts == [(ada.pk, bob.email)] * 2
    # The control: Bob himself reads it.
    expect(visit(bob, f"/emails/{letter.pk}/").locator(".letter")).to_have_text(WORDS)
