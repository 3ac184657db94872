"""An email on its own page leads back to the list it was opened from, whichever that was."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import expect

from cast import NOON
from postroom.archive.models import Email
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Company, Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.team.models import User
from web.browser import Visit

HERE = "http://testserver"
SignIn = Callable[[User], Client]


def leads_back_to(client: Client, email: Email, came_from: str) -> str:
    """Where the way back of the email's page leads, without the row that is marked there."""
    page = client.get(f"/emails/{email.pk}/", headers={"referer": came_from}).content.decode()
    return page.partition('class="back" href="')[2].partition("#email-row-")[0]


def offer_to(lena: Person) -> Deal:
    made = Deal()
    keep_deal(made, DealEntry("Big order", first_stage(), people=["lena@customer.example"]), NOON)
    return made


@pytest.mark.django_db
def test_every_list_is_come_back_to(
    as_user: SignIn, alice: User, letter: Email, lena: Person
) -> None:
    client, offer = as_user(alice), offer_to(lena)
    acme = Company.objects.create(name="Acme")
    lists = (
        "/inbox/",
        "/inbox/?column=people",
        "/inbox/columns/",
        "/inbox/team/?whose=nobody",
        "/inbox/awaiting/?side=theirs",
        "/search/?q=order",
        f"/companies/{acme.pk}/",
        f"/deals/{offer.pk}/?unread=on",
        f"/people/{lena.pk}/?q=order",
        "/tasks/",
    )
    for page in lists:
        assert leads_back_to(client, letter, HERE + page) == page


@pytest.mark.django_db
def test_who_reads_its_headers_or_answers_it_is_still_on_the_way(
    as_user: SignIn, alice: User, letter: Email, lena: Person
) -> None:
    client, from_a_letter = as_user(alice), f"/people/{lena.pk}/"
    assert leads_back_to(client, letter, "") == from_a_letter
    assert leads_back_to(client, letter, f"{HERE}/inbox/awaiting/") == "/inbox/awaiting/"
    for further in (f"/emails/{letter.pk}/headers/", "/writing/new/", f"/emails/{letter.pk}/"):
        assert leads_back_to(client, letter, HERE + further) == "/inbox/awaiting/"
    assert leads_back_to(client, letter, "") == from_a_letter


@pytest.mark.django_db
def test_nobody_is_led_astray(as_user: SignIn, alice: User, letter: Email, lena: Person) -> None:
    client = as_user(alice)
    strange = ("https://evil.example/inbox/", f"{HERE}/nowhere/", f"{HERE}/people/999/")
    for came_from in strange:
        assert leads_back_to(client, letter, came_from) == f"/people/{lena.pk}/"
    for kept in ("javascript:/inbox/", "//evil.example/inbox/", "https://evil.example/inbox/"):
        client.cookies["way_back"] = kept
        assert leads_back_to(client, letter, f"{HERE}/writing/new/") == f"/people/{lena.pk}/"
    lena.delete()
    assert leads_back_to(client, letter, "") == "/inbox/"


@pytest.mark.django_db(transaction=True)
def test_awaiting_opens_beside_the_list_and_on_a_phone_leads_back(
    visit: Visit, alice: User, letter: Email
) -> None:
    Email.objects.update(sent_at=NOON.replace(year=2030))
    wide = visit(alice, "/inbox/awaiting/")
    wide.keyboard.press("j")
    wide.keyboard.press("o")
    expect(wide.locator("#reading [data-email]")).to_be_visible()
    assert "/inbox/awaiting/" in wide.url
    page = visit(alice, "/inbox/awaiting/", width=360)
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/emails/*/")
    page.get_by_role("group", name="Actions").get_by_text("Reply", exact=True).click()
    page.wait_for_url("**/writing/**")
    page.go_back()
    page.keyboard.press("u")
    page.wait_for_url("**/inbox/awaiting/*")
