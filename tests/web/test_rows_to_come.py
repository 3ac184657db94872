"""At the end of what is loaded quick hands press keys for the rows that are to come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from cast import NOON, message, person, received
from postroom.accounts.members import add_member
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email, Triage
from postroom.association.inbox import PAGE
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Company, Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.crm.tasks import TaskEntry, add_task
from postroom.team.models import User
from search.worlds import searchable
from web.browser import Visit

pytestmark = pytest.mark.django_db(transaction=True)

LENA = "lena@customer.example"
FURTHER = "**/*after=*"
LETTERS = PAGE + 10
ROWS = 60
INBOX = "/inbox/?column=people"
# The place of the row with the focus among those that are loaded, and how many of these there are.
PLACE = """() => {
  const rows = [...document.querySelectorAll("[data-rows] > li:not(.more)")];
  return rows.indexOf(document.activeElement.closest("li"));
}"""
LOADED = "document.querySelectorAll('[data-rows] > li:not(.more)').length"


@pytest.fixture
def letters(account: EmailAccount, lena: Person) -> list[Email]:
    """The newest first, as lists show them, with a number as their subject."""
    mails = [
        message(f"Order {n:02}", NOON - timedelta(hours=n), from_=LENA) for n in range(LETTERS)
    ]
    return [received(account, mail) for mail in mails]


@contextmanager
def slow(page: Page, end: Callable[[Route], None] = Route.continue_) -> Iterator[None]:
    """Further rows that are asked for do not come until the block ends."""
    held: list[Route] = []
    is_slow = True
    page.route(FURTHER, lambda route: held.append(route) if is_slow else route.continue_())
    yield
    expect(page.locator(".more a.htmx-request")).to_be_attached()
    is_slow = False
    for route in held:
        end(route)


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def row(page: Page, number: int) -> Locator:
    return page.locator("#email-rows .email-row", has_text=f"Order {number:02}")


def is_at(page: Page, number: int) -> None:
    expect(row(page, number).locator(".email-link")).to_be_focused()


def done(letters: list[Email]) -> set[int]:
    finished = set(Triage.objects.exclude(done_at=None).values_list("email", flat=True))
    return {n for n, email in enumerate(letters) if email.pk in finished}


def test_keys_at_the_last_loaded_row_are_meant_for_those_to_come(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, INBOX)
    with slow(page):
        press(page, "Jsjsjdjs")
        expect(row(page, PAGE - 1).locator(".star")).to_be_visible()
        expect(page.locator(".star:visible")).to_have_count(1)
    is_at(page, PAGE + 3)
    for number in (PAGE - 1, PAGE, PAGE + 3):
        expect(row(page, number).locator(".star")).to_be_visible()
    expect(page.locator(".star:visible")).to_have_count(3)
    expect(row(page, PAGE + 1)).to_have_count(0)


def test_when_the_last_loaded_row_goes_the_next_is_the_first_to_come(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, INBOX)
    with slow(page):
        press(page, "Jddd")
        expect(row(page, PAGE - 1)).to_have_count(0)
        expect(row(page, PAGE - 2)).to_have_count(1)
    is_at(page, PAGE + 2)
    expect(page.locator("#toast")).to_contain_text("done")
    for number in (PAGE + 1, PAGE, PAGE - 1):
        press(page, "z")
        is_at(page, number)
    expect(page.locator("#email-rows .subject")).to_have_text(
        [f"Order {n:02}" for n in range(LETTERS)]
    )


def test_what_was_pressed_is_dropped_when_they_do_not_come(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, INBOX)
    with slow(page, Route.abort):
        press(page, "Jdddjd")
    expect(page.locator("#messages")).to_contain_text("no connection")
    expect(page.locator(".more a.htmx-request")).to_have_count(0)
    press(page, "dd")
    expect(page.locator("#email-rows .email-row")).to_have_count(PAGE - 1)
    press(page, "j")
    is_at(page, PAGE)
    expect(page.locator("#email-rows .email-row")).to_have_count(LETTERS - 1)
    assert done(letters) == {PAGE - 1}


def test_who_turns_back_meanwhile_is_where_he_turned_to(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, INBOX)
    with slow(page):
        press(page, "Jjk")
        is_at(page, PAGE - 1)
    expect(row(page, PAGE)).to_be_visible()
    press(page, "k")
    is_at(page, PAGE - 2)


def test_the_email_beside_the_list_is_the_first_to_come(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, INBOX)
    with slow(page):
        press(page, "Jo")
        expect(page.locator("#subject")).to_be_focused()
        press(page, "d")
        expect(page.locator(".more a")).to_be_focused()
    expect(page.locator("#subject")).to_have_text(f"Order {PAGE:02}")
    expect(page.locator("#subject")).to_be_focused()


def test_what_moved_up_into_the_loaded_page_does_not_come_twice(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, INBOX)
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator("#toast")).to_contain_text("done")
    with page.expect_response(lambda response: response.url.endswith(INBOX)):
        page.evaluate("htmx.trigger(document.body, 'inbox-arrived')")
    page.keyboard.press("J")
    expect(row(page, LETTERS - 1)).to_be_visible()
    expect(page.locator("#email-rows .subject")).to_have_text(
        [f"Order {n:02}" for n in range(1, LETTERS)]
    )


def test_a_page_without_rows_is_waited_through_or_ends_the_list(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, INBOX)
    line = page.locator(".more").evaluate("(line) => line.outerHTML")
    with slow(page, lambda route: route.fulfill(body=line)):
        press(page, "Jjj")
        page.keyboard.press("Enter")
    expect(page.locator("#subject")).to_have_text(f"Order {PAGE + 1:02}")
    page = visit(alice, INBOX)
    with slow(page, lambda route: route.fulfill(body='<li class="more">That is all.</li>')):
        press(page, "Jjs")
    is_at(page, PAGE - 1)
    expect(page.locator(".star:visible")).to_have_count(0)


@pytest.mark.parametrize("path", [INBOX, "/people/{lena}/"])
def test_on_a_phone_one_comes_back_to_a_row_that_had_come_later(
    path: str, visit: Visit, alice: User, lena: Person, letters: list[Email]
) -> None:
    page = visit(alice, path.format(lena=lena.pk), width=360)
    press(page, "Jj")
    is_at(page, PAGE)
    press(page, "jo")
    expect(page.get_by_role("heading", name=f"Order {PAGE + 1:02}")).to_be_visible()
    press(page, "u")
    expect(row(page, PAGE + 1)).to_be_in_viewport()
    press(page, "j")
    is_at(page, PAGE + 2)


@pytest.fixture
def many(alice: User, lena: Person) -> None:
    """Rows of every other kind."""
    for n in range(ROWS):
        person(f"Number {n:02}", f"{n}@many.example")
        Company.objects.create(name=f"Company {n:02}")
        keep_deal(Deal(), DealEntry(f"Deal {n:02}", first_stage(), people=[], amount=n), NOON)
        add_task(lena, TaskEntry(f"Call {n:02}", NOON.date(), assignee=alice), alice, NOON)


LISTS = {
    "inbox": INBOX,
    "team": "/inbox/team/?whose=nobody",
    "related": "/people/{lena}/",
    "search": "/search/?q=order",
    "leads": "/leads/",
    "companies": "/companies/",
    "deals": "/deals/",
    "tasks": "/tasks/",
}


def test_it_is_so_in_every_list(
    visit: Visit, alice: User, bob: User, lena: Person, letters: list[Email], many: None
) -> None:
    add_member(letters[0].account, bob, alice, NOON)
    searchable()
    page = visit(alice, INBOX)
    for name, path in LISTS.items():
        page.goto(path.format(lena=lena.pk))
        loaded = page.evaluate(LOADED)
        assert loaded in {25, 50}, name
        with slow(page):
            press(page, "Jjjj")
            assert page.evaluate(LOADED) == loaded, name
        page.wait_for_function(f"() => ({PLACE})() === {loaded + 2}")


def test_what_a_colleague_puts_back_at_the_end_of_a_page_stands_there_again(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, INBOX)
    page.keyboard.press("J")
    expect(row(page, PAGE)).to_be_visible()
    press(page, "K")
    is_at(page, 0)
    last = Email.objects.filter(pk=letters[PAGE - 1].pk)

    def look_again() -> None:
        with page.expect_response(lambda response: response.url.endswith(INBOX)):
            page.evaluate("htmx.trigger(document.body, 'inbox-arrived')")

    last.update(in_inbox=False)
    look_again()
    expect(row(page, PAGE - 1)).to_have_count(0)
    last.update(in_inbox=True)
    look_again()
    expect(page.locator("#email-rows .subject")).to_have_text(
        [f"Order {n:02}" for n in range(LETTERS)]
    )
