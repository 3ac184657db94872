"""The owner of a custom account shares people on their pages, and is asked about new addresses."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import expect

from cast import account_of, message, received, shared
from postroom.accounts.models import EmailAccount, Share, Sharing
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.crm.people import set_addresses
from postroom.team.models import User
from web.browser import Visit, axe_violations

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
LAWYER = "lawyer@family.example"
ASKED = "share its mail too?"


@pytest.fixture
def account(alice: User) -> EmailAccount:
    return account_of(alice, Sharing.CUSTOM)


@pytest.fixture
def secret(account: EmailAccount) -> Email:
    return received(account, message("The divorce", from_=LAWYER, to=account.address))


def page_of(client: Client, lena: Person) -> str:
    return client.get(f"/people/{lena.pk}/").content.decode()


def test_alice_shares_and_shares_no_more(
    alice: User, bob: User, account: EmailAccount, lena: Person, letter: Email, as_user: SignIn
) -> None:
    owner, colleague = as_user(alice), as_user(bob)
    address = f"/people/{lena.pk}/shares/{account.pk}/"
    assert "Only you see your emails." in page_of(owner, lena)
    assert letter.subject not in page_of(colleague, lena)
    owner.post(address, {"address": LENA})
    assert "Colleagues see your emails." in page_of(owner, lena)
    assert letter.subject in page_of(colleague, lena)
    owner.post(f"{address}end/")
    assert letter.subject not in page_of(colleague, lena)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_alice_is_asked_about_the_address_that_bob_added(
    answer: str,
    alice: User,
    bob: User,
    account: EmailAccount,
    lena: Person,
    secret: Email,
    as_user: SignIn,
) -> None:
    owner, colleague = as_user(alice), as_user(bob)
    shared(account, lena)
    form = {"last_name": "Lead", "email": LENA, "further": LAWYER}
    assert colleague.post(f"/people/{lena.pk}/edit/", form).status_code == 302
    assert secret.subject not in page_of(colleague, lena)
    asked = page_of(owner, lena)
    assert ASKED in asked
    assert "by Bob" in asked
    owner.post(
        f"/people/{lena.pk}/shares/{account.pk}/addresses/", {"address": LAWYER, "answer": answer}
    )
    assert ASKED not in page_of(owner, lena)
    assert (secret.subject in page_of(colleague, lena)) == (answer == "yes")
    assert ("Share too" in page_of(owner, lena)) == (answer == "no")


def test_nobody_else_is_asked_or_may_answer(
    bob: User, charlie: User, account: EmailAccount, lena: Person, secret: Email, as_user: SignIn
) -> None:
    shared(account, lena)
    set_addresses(lena, [LENA, LAWYER], by=bob)
    User.objects.filter(pk=charlie.pk).update(is_administrator=True)
    for colleague in (as_user(bob), as_user(charlie)):
        page = page_of(colleague, lena)
        assert ASKED not in page
        assert account.address not in page
        for end in ("", "end/", "addresses/"):
            form = {"address": LAWYER, "answer": "yes"}
            address = f"/people/{lena.pk}/shares/{account.pk}/{end}"
            assert colleague.post(address, form).status_code == 404
    assert [a.canonical for a in Share.objects.get().addresses.all()] == [LENA]


def test_administrators_see_who_added_which_address(
    bob: User, charlie: User, lena: Person, as_user: SignIn
) -> None:
    set_addresses(lena, [LENA, LAWYER], by=bob)
    User.objects.filter(pk=charlie.pk).update(is_administrator=True)
    assert "History of the addresses" not in page_of(as_user(bob), lena)
    page = page_of(as_user(charlie), lena)
    assert "History of the addresses" in page
    assert f"<bdi>{LAWYER}</bdi> added by Bob" in page
    assert f"<bdi>{LENA}</bdi> added by the command line" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "light"), (1440, "dark")])
def test_the_question_is_legible_to_everyone(
    width: int,
    scheme: str,
    visit: Visit,
    alice: User,
    bob: User,
    account: EmailAccount,
    lena: Person,
    letter: Email,
) -> None:
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    shared(account, lena)
    set_addresses(lena, [LENA, LAWYER, "l@home.example"], by=bob)
    page = visit(alice, f"/people/{lena.pk}/", width=width, scheme=scheme)
    page.get_by_text("History of the addresses").click()
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name=f"keep mail with {LAWYER} to myself").press("Enter")
    expect(page.get_by_text("Not those with lawyer@family.example")).to_be_visible()
