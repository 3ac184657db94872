"""Deals on the pages: made, moved by keys, by drag and without script, and beside their mail."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import expect

from cast import NOON, person
from postroom.archive.models import DealLink, Email
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Company, Deal, DealStage, Outcome, Person
from postroom.crm.people import Entry, keep_person
from postroom.crm.pipeline import (
    StageNeeded,
    keep_stage,
    remove_stage,
    shift_stage,
    stages,
    stages_with_counts,
)
from postroom.team.models import User
from web.browser import Visit

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"


@pytest.fixture
def offer(lena: Person) -> Deal:
    """A deal with Lena."""
    keep_person(lena, Entry("Lena", "Lead", "Customer Ltd", [LENA]))
    made = Deal()
    keep_deal(made, DealEntry("Big order", stages()[0], people=[LENA]), NOON)
    return made


@pytest.mark.django_db(transaction=True)
def test_a_deal_is_made_on_a_persons_page_and_has_the_mail_at_once(
    visit: Visit, alice: User, lena: Person, letter: Email
) -> None:
    page = visit(alice, f"/people/{lena.pk}/")
    page.get_by_role("link", name="New deal").click()
    expect(page.get_by_label("People")).to_have_value(LENA)
    page.get_by_label("Name", exact=True).fill("Big order")
    page.get_by_label("Amount").fill("12500.50")
    page.get_by_label("Currency").fill("usd")
    page.get_by_role("button", name="Add deal").click()
    expect(page.get_by_text("three capital letters")).to_be_visible()
    page.get_by_label("Currency").fill("USD")
    page.get_by_role("button", name="Add deal").click()
    expect(page.get_by_role("heading", name="Big order")).to_be_visible()
    expect(page.get_by_text("12,500.50 USD")).to_be_visible()
    page.get_by_role("link", name="Quarterly order").click()
    pane = page.locator("#reading")
    expect(pane.get_by_text("the one deal with the people on this email")).to_be_visible()
    pane.get_by_text("Change").click()
    pane.get_by_role("button", name="No deal").click()
    expect(pane.get_by_text("Alice took this conversation out")).to_be_visible()
    assert DealLink.objects.get().deal is None
    page.reload()
    expect(page.get_by_text("No emails yet")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_a_deal_is_moved_by_keys_and_by_drag(visit: Visit, alice: User, offer: Deal) -> None:
    page = visit(alice, "/deals/board/")
    new, talking, agreeing = (page.locator(".board-column").nth(n) for n in (0, 1, 3))
    page.get_by_role("link", name="Big order").focus()
    for key, column in (
        ("]", talking),
        ("]", page.locator(".board-column").nth(2)),
        ("[", talking),
    ):
        page.keyboard.press(key)
        expect(column.get_by_role("link", name="Big order")).to_be_focused()
    page.locator(".card").drag_to(agreeing)
    expect(agreeing.get_by_role("link", name="Big order")).to_be_visible()
    page.get_by_label("Stage of Big order").select_option("New")
    expect(new.get_by_role("link", name="Big order")).to_be_visible()


def test_without_script_the_menu_moves_it_too(alice: User, offer: Deal, as_user: SignIn) -> None:
    won = DealStage.objects.get(outcome=Outcome.WON)
    answer = as_user(alice).post(f"/deals/{offer.pk}/stage/", {"stage": won.pk, "board": "1"})
    assert answer.headers["Location"] == "/deals/board/"
    offer.refresh_from_db()
    assert (offer.stage, offer.closed_at is not None) == (won, True)
    page = as_user(alice).get("/deals/?q=big+cust").content.decode()
    assert "Big order" in page
    assert "Customer Ltd" in page
    assert "No deal matches" in as_user(alice).get("/deals/?q=small").content.decode()


def test_a_deal_with_somebody_unknown_is_not_half_saved(alice: User, as_user: SignIn) -> None:
    form = {
        "name": "X",
        "stage": stages()[0].pk,
        "currency": "EUR",
        "people": "nobody@x.example",
        "company": "New Ltd",
        "opened_on": "2026-03-01",
    }
    answer = as_user(alice).post("/deals/new/", form)
    assert answer.status_code == 422
    assert "No lead or contact has the address nobody@x.example" in answer.content.decode()
    assert not Deal.objects.exists()
    assert not Company.objects.exists()


def test_a_company_has_its_people_deals_and_mail(
    alice: User, offer: Deal, letter: Email, as_user: SignIn
) -> None:
    company = Company.objects.get()
    assert offer.company == company  # Of its people, where nothing was written.
    page = as_user(alice).get(f"/companies/{company.pk}/").content.decode()
    for words in ("Customer Ltd", "Lena Lead", "Big order", "Quarterly order"):
        assert words in page
    renamed = as_user(alice).post(f"/companies/{company.pk}/edit/", {"name": "Customer Inc"})
    assert renamed.status_code == 302
    assert "Customer Inc" in as_user(alice).get("/companies/?q=inc").content.decode()
    Company.objects.create(name="Other")
    answer = as_user(alice).post(f"/companies/{company.pk}/edit/", {"name": "other"})
    assert "already" in answer.content.decode()


@pytest.mark.django_db
def test_the_pipeline_always_has_an_open_stage_and_keeps_its_deals(offer: Deal) -> None:
    new, *others = stages()
    with pytest.raises(StageNeeded, match="Move them"):
        remove_stage(new)
    shift_stage(new, 1)
    assert stages()[1] == new
    new.outcome = Outcome.LOST
    keep_stage(new, NOON)
    offer.refresh_from_db()
    assert offer.closed_at == NOON
    for stage in others[:2]:
        remove_stage(stage)
    last = stages().get(outcome=Outcome.OPEN)
    with pytest.raises(StageNeeded, match="last open stage"):
        remove_stage(last)
    last.outcome = Outcome.WON
    with pytest.raises(StageNeeded, match="Keep it open"):
        keep_stage(last, NOON)


def test_an_administrator_shapes_the_pipeline(alice: User, as_user: SignIn) -> None:
    User.objects.update(is_administrator=True)
    client = as_user(alice)
    begun = list(stages())
    assert client.get("/setup/pipeline/").status_code == 200
    Deal.objects.all().delete()
    first, last = stages().first(), stages().last()
    for stage, number in ((last, 1), (first, 2)):  # So that grouping would order them otherwise.
        for _ in range(number):
            Deal.objects.create(name="x", stage=stage, opened_at=NOON, changed_at=NOON)
    assert list(stages_with_counts()) == list(stages())
    form = {"name": "Trial", "probability": 40, "outcome": "open"}
    assert client.post("/setup/pipeline/new/", form).status_code == 302
    trial = stages().get(name="Trial")
    assert list(stages()) == [*begun, trial]
    client.post(f"/setup/pipeline/{trial.pk}/place/", {"up": "1"})
    assert list(stages())[-2] == trial
    assert "of this name" in client.post("/setup/pipeline/new/", form).content.decode()
    client.post(f"/setup/pipeline/{trial.pk}/removal/")
    assert list(stages()) == begun


def test_a_long_list_of_deals_goes_on_where_it_ended(alice: User, as_user: SignIn) -> None:
    person("Lena Lead", LENA)
    stage = stages()[0]
    Deal.objects.bulk_create(
        Deal(name=f"Deal {n}", stage=stage, opened_at=NOON, changed_at=NOON) for n in range(120)
    )
    client, query, seen = as_user(alice), "?", 0
    while query:
        page = client.get(f"/deals/{query}", headers={"HX-Request": "true"})
        seen += page.content.decode().count('class="deal-row"')
        query = page.context["page"].next
    assert seen == 120
    assert b"Deal 119" in client.get("/deals/", {"after": "rubbish"}).content
