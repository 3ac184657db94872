"""A list says by what it goes, and goes another way by a link."""

from collections.abc import Callable

import pytest
from django.test import Client

from cast import NOON
from postroom.crm.models import Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.team.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def deals(lena: Person) -> None:
    for name, amount in (("Big deal", 900), ("Small deal", 10), ("Vague deal", None)):
        moment = {"opened_at": NOON, "changed_at": NOON}
        Deal.objects.create(name=name, amount=amount, stage=first_stage(), **moment)


def in_order(page: str) -> list[str]:
    return sorted(("Big", "Small", "Vague"), key=lambda name: page.index(f"{name} deal"))


def test_deals_go_by_what_is_chosen_and_turn_round(
    deals: None, alice: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    page = client.get("/deals/", {"sort": "-amount", "q": "deal"}).content.decode()
    assert in_order(page) == ["Big", "Small", "Vague"]
    assert '<a href="?q=deal&amp;sort=amount" aria-current="true">Amount' in page
    assert '<a href="?q=deal&amp;sort=closing">Closing</a>' in page
    assert '<a href="?q=deal">Changed</a>' in page
    assert '<input type="hidden" name="sort" value="-amount">' in page
    turned = client.get("/deals/", {"sort": "amount"}).content.decode()
    assert in_order(turned) == ["Small", "Big", "Vague"]


@pytest.mark.parametrize("address", ["/deals/", "/leads/", "/companies/"])
@pytest.mark.parametrize("word", ["", "size", "--name", "name'", "\0", "-" * 9])
def test_what_no_list_goes_by_means_the_usual_way(
    address: str, word: str, deals: None, alice: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    assert client.get(address, {"sort": word}).content == client.get(address).content
