"""The customer beside the mail, and somebody unknown added in one step from an email."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cast import NOON, message, received
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.models import Email, ResponseWatch
from postroom.crm.companies import company_at
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Deal, Person, PersonAddress, Stage
from postroom.crm.people import Entry, keep_person
from postroom.crm.pipeline import first_stage
from postroom.team.models import User
from web.browser import Visit, axe_violations

SignIn = Callable[[User], Client]
NORA = "nora@blue-harbour.example"
LENA = "lena@customer.example"
LETTER = (
    "Dear Alice,\n\nan order.\n\nBest regards,\nNora New\nBlue Harbour Ltd\nTel: +44 20 7946 0018"
)


@pytest.fixture
def from_nora(account: EmailAccount) -> Email:
    def of(subject: str, hours: int, body: str) -> Email:
        moment = NOON + timedelta(hours=hours)
        raw = message(subject, moment, body, from_=f"Nora New <{NORA}>", to=account.address)
        return received(account, raw)

    of("Earlier", -2, "Hello.")
    return of("An order", 0, LETTER)


@pytest.mark.django_db(transaction=True)
def test_somebody_unknown_is_added_in_one_step_with_their_older_mail(
    visit: Visit, alice: User, from_nora: Email
) -> None:
    page = visit(alice, "/inbox/?column=outside", width=360)
    page.get_by_role("link", name="An order").click()
    page.get_by_role("link", name="Add as lead or contact").click()
    for label, said in (
        ("First name", "Nora"),
        ("Last name", "New"),
        ("Company", "Blue Harbour Ltd"),
        ("Phone", "+44 20 7946 0018"),
    ):
        expect(page.get_by_label(label)).to_have_value(said)
    assert axe_violations(page) == []
    page.get_by_role("button", name="Add as contact").click()
    expect(page.get_by_role("heading", name="Nora New")).to_be_visible()
    for subject in ("An order", "Earlier"):
        expect(page.get_by_role("link", name=subject)).to_be_visible()
    nora = Person.objects.get()
    assert (nora.stage, nora.phone, str(nora.company)) == (
        Stage.CONTACT,
        "+44 20 7946 0018",
        "Blue Harbour Ltd",
    )
    assert nora.addresses.get().address == NORA


def test_the_address_is_the_emails_whatever_a_form_says(
    alice: User, from_nora: Email, as_user: SignIn
) -> None:
    client, address = as_user(alice), f"/emails/{from_nora.pk}/sender/"
    form = {"last_name": "New", "address": "other@x.example", "email": "other@x.example"}
    assert client.post(address, form).status_code == 302
    assert list(PersonAddress.objects.values_list("address", flat=True)) == [NORA]
    assert client.post(address, form).status_code == 404  # Known by now.
    page = client.get(f"/emails/{from_nora.pk}/").content.decode()
    assert "not in the CRM" not in page
    assert "No open deal" in page


def test_without_a_name_nobody_is_added(alice: User, from_nora: Email, as_user: SignIn) -> None:
    answer = as_user(alice).post(f"/emails/{from_nora.pk}/sender/", {"last_name": ""})
    assert answer.status_code == 422
    assert re.search(r'<input[^>]*name="last_name"[^>]* autofocus', answer.content.decode())
    read = as_user(alice).get(f"/emails/{from_nora.pk}/sender/").content.decode()
    assert 'value="lead" autofocus' in read, "its name was read, so Enter is all there is to do"
    assert not Person.objects.exists()


def test_it_shows_who_they_are_their_deals_and_the_last_contact(
    alice: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    keep_person(lena, Entry("Lena", "Lead", "Customer Ltd", [LENA], "555 0100"))
    offer = DealEntry("Big order", first_stage(), people=[LENA], amount=900)
    keep_deal(Deal(), offer, NOON)
    page = as_user(alice).get(f"/emails/{letter.pk}/").content.decode()
    for words in ("Customer Ltd", "555 0100", "Big order", "900 EUR", "Last contact", "1 email in"):
        assert words in page


def test_colleagues_are_not_offered_and_who_sees_a_part_adds_nobody(
    alice: User, bob: User, account: EmailAccount, lena: Person, as_user: SignIn
) -> None:
    internal = received(account, message("Hi", from_=bob.email, to=account.address))
    client = as_user(alice)
    assert client.get(f"/emails/{internal.pk}/sender/").status_code == 404
    assert b"not in the CRM" not in client.get(f"/emails/{internal.pk}/").content
    raw = message("Both", from_=f"N <{NORA}>", to=account.address, cc=LENA)
    both = received(account, raw)
    for sight, status in ((Sight.SUBJECT, 404), (Sight.EVERYTHING, 200)):
        EmailAccount.objects.update(sharing=Sharing.PUBLIC, sight=sight)
        assert as_user(bob).get(f"/emails/{both.pk}/sender/").status_code == status


def test_a_company_is_known_by_its_domain_only_where_that_is_sure(db: None) -> None:
    def meet(name: str, company: str, address: str) -> None:
        keep_person(Person(), Entry("", name, company, [address]))

    meet("One", "Blue Harbour Ltd", "one@blue-harbour.example")
    meet("Two", "Private Ltd", "two@gmail.com")
    assert str(company_at("x@blue-harbour.example")) == "Blue Harbour Ltd"
    assert company_at("x@mail.blue-harbour.example") is None
    assert company_at("x@gmail.com") is None
    assert company_at("x") is None
    meet("Three", "Other Ltd", "three@blue-harbour.example")
    assert company_at("x@blue-harbour.example") is None


def test_one_is_told_if_nobody_answers_and_sees_who_waits(
    alice: User, bob: User, account: EmailAccount, lena: Person, letter: Email, as_user: SignIn
) -> None:
    raw = message("Offer", from_=account.address, to=f"Lena Lead <{LENA}>")
    offer = received(account, raw, folder="Sent")
    client, address = as_user(alice), f"/emails/{offer.pk}/watch/"
    assert "Tell me if nobody answers" in client.get(f"/emails/{offer.pk}/").content.decode()
    answer = client.post(address, {"days": "3"}, headers={"HX-Request": "true"})
    assert "if nobody answers" in answer.content.decode()
    Email.objects.update(sent_at=timezone.now())
    page = client.get("/inbox/awaiting/?side=theirs").content.decode()
    assert page.count("Offer") == 2  # Watched, and among those that wait.
    assert "Lena Lead" in page
    assert "Quarterly order" in client.get("/inbox/awaiting/").content.decode()
    client.post(address, {"days": "0"})
    assert not ResponseWatch.objects.exists()
    for days in ("", "2", "-1", "x"):
        assert client.post(address, {"days": days}).status_code == 404
    assert client.get(f"/emails/{letter.pk}/watch/").status_code == 404
    assert as_user(bob).post(address, {"days": "3"}).status_code == 404
