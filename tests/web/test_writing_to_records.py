"""What one writes to a company's people or a deal's stands on its page, and begins there."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import expect

from cast import NOON, person
from postroom.accounts.models import EmailAccount
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Company, Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.team.models import User
from web.browser import Visit
from web.test_writing import fields_of, sending, smtp

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
__all__ = ["sending", "smtp"]


def company_and_deal_of(lena: Person) -> tuple[str, str]:
    """The pages of where she works and of a deal with her."""
    company, deal = Company.objects.create(name="Mill"), Deal()
    Person.objects.filter(pk=lena.pk).update(company=company)
    keep_deal(deal, DealEntry("Offer", first_stage(), people=[LENA]), NOON)
    return f"/companies/{company.pk}/", f"/deals/{deal.pk}/"


@pytest.mark.parametrize("state", [OutgoingState.DRAFT, OutgoingState.SCHEDULED])
def test_what_waits_stands_with_its_person_their_company_and_their_deal_for_its_author_alone(
    state: OutgoingState,
    sending: EmailAccount,
    lena: Person,
    alice: User,
    bob: User,
    as_user: SignIn,
) -> None:
    fields = fields_of(as_user(alice), "/writing/new/") | {"to": LENA, "subject": "canary"}
    as_user(alice).post("/writing/new/", fields | {"do": "save"})
    OutgoingEmail.objects.update(state=state, due_at=NOON)
    another = Company.objects.create(name="Another")
    with_her = [f"/people/{lena.pk}/", *company_and_deal_of(lena)]
    for place in (*with_her, f"/companies/{another.pk}/"):
        for page in (place, f"{place}outgoing/"):
            shown = as_user(alice).get(page).content.decode()
            assert ("canary" in shown) == (f"outgoing-{state}" in shown) == (place in with_her)
            assert "canary" not in as_user(bob).get(page).content.decode()


def test_from_a_deal_one_writes_to_all_its_people(
    sending: EmailAccount, lena: Person, alice: User, as_user: SignIn
) -> None:
    person("Omar Lead", "omar@mill.example", "omar@home.example")
    deal = Deal()
    keep_deal(deal, DealEntry("Offer", first_stage(), people=[LENA, "omar@home.example"]), NOON)
    fields = fields_of(as_user(alice), f"/writing/new/?deal={deal.pk}")
    assert set(fields["to"].split(", ")) == {f"Lena Lead <{LENA}>", "Omar Lead <omar@mill.example>"}
    assert as_user(alice).get(f"/writing/new/?deal={deal.pk + 1}").status_code == 404
    assert as_user(alice).get("/writing/new/?deal=x").status_code == 404


def test_an_email_is_begun_with_a_key_on_every_page(
    sending: EmailAccount, lena: Person, alice: User, visit: Visit
) -> None:
    company, deal = company_and_deal_of(lena)
    page = visit(alice, company, width=360)
    page.keyboard.press("c")
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    page.goto(deal)
    page.keyboard.press("c")
    expect(page.get_by_label("To", exact=True)).to_have_value(f"Lena Lead <{LENA}>")
