"""How much a page asks of the database: nothing twice or in vain, and no more than its bound."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.models import Sharing
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Company, Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.team.models import Organisation, User
from postroom.team.once_a_page import making_a_page, once_a_page, page_in_the_making
from postroom.web import behind_the_wall
from search.worlds import searchable

SignIn = Callable[[User], Client]
LENA, OMAR = "lena@mill.example", "omar@mill.example"

# The page, and how many questions it may ask, entering and leaving the wall among them.
BOUNDS = {
    "/people/{person}/": 13,
    "/people/{person}/?as=threads": 14,
    "/people/{person}/?words=offer&unread=1": 13,
    "/people/{person}/figures/?sharers=1": 14,
    "/companies/{company}/": 11,
    "/deals/{deal}/": 16,
    "/emails/{own}/": 29,
    "/emails/{theirs}/": 35,
    "/search/?q=offer": 14,
    "/inbox/": 14,
    "/inbox/?column=people": 14,
    "/inbox/?column=people&email={own}": 39,
    "/inbox/columns/": 23,
}


@pytest.fixture
def world(db: None) -> dict[str, int]:
    """Letters of two people of a company, of whom one has a deal; a colleague has some of it."""
    alice, bob = user("Alice"), user("Bob")
    mine, theirs = account_of(alice), account_of(bob, Sharing.PUBLIC)
    lena, omar = person("Lena Lead", LENA), person("Omar Lead", OMAR)
    mill = Company.objects.create(name="Mill")
    Person.objects.update(company=mill)
    deal = Deal()
    keep_deal(deal, DealEntry("Offer", first_stage(), people=[LENA]), NOON - timedelta(days=9))
    for number in range(12):
        sent_at = NOON + timedelta(minutes=number)
        raw = message("Offer", sent_at, from_=(LENA, OMAR)[number % 2], to=mine.address, cc=LENA)
        own = received(mine, raw)
        his = received(theirs, message("Other offer", sent_at, from_=OMAR, to=theirs.address))
    searchable()
    User.objects.update(salesinbox_on=True)
    return {
        "person": lena.pk,
        "company": mill.pk,
        "deal": deal.pk,
        "own": own.pk,
        "theirs": his.pk,
        "omar": omar.pk,
    }


@pytest.mark.parametrize(("page", "most"), BOUNDS.items())
def test_a_page_asks_no_question_twice_and_no_more_than_its_bound(
    page: str, most: int, world: dict[str, int], as_user: SignIn
) -> None:
    client, address = as_user(User.objects.get(name="Alice")), page.format(**world)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    questions = Counter(
        question
        for q in asked.captured_queries
        for question in q["sql"].split("; ")
        if "SAVEPOINT" not in question
    )
    assert [sql for sql, times in questions.items() if times > 1] == [], page
    print(f"{page}: {len(asked)} questions")
    assert len(asked) <= most


@pytest.mark.parametrize("page", BOUNDS)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["whole", "part"])
def test_nothing_is_asked_ahead_that_nobody_comes_for(
    page: str,
    headers: dict[str, str],
    world: dict[str, int],
    as_user: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left: list[str] = []

    @contextmanager
    def looked_at() -> Iterator[None]:
        with making_a_page():
            yield
            made = page_in_the_making()
            assert made is not None
            left.extend(written.prepared.name for written, _ in made.ahead)  # type: ignore[misc,attr-defined]

    monkeypatch.setattr(behind_the_wall, "making_a_page", looked_at)
    client = as_user(User.objects.get(name="Alice"))
    assert client.get(page.format(**world), headers=headers).status_code == 200
    assert left == []


def test_an_answer_is_kept_for_one_page_and_no_longer() -> None:
    told = iter(range(9))
    assert [once_a_page("x", told.__next__) for _ in range(2)] == [0, 1]
    with making_a_page():
        assert [once_a_page("x", told.__next__) for _ in range(2)] == [2, 2]
        assert once_a_page("y", told.__next__) == 3
    assert once_a_page("x", told.__next__) == 4
    with making_a_page():
        assert once_a_page("x", told.__next__) == 5


def test_the_next_page_shows_what_was_changed_after_the_last(
    world: dict[str, int], as_user: SignIn
) -> None:
    alice, bob = User.objects.get(name="Alice"), User.objects.get(name="Bob")
    page, client = f"/emails/{world['theirs']}/", as_user(alice)
    assert client.get(page).status_code == 200
    bob.email_accounts.update(sharing=Sharing.PRIVATE)
    assert client.get(page).status_code == 404
    bob.email_accounts.update(sharing=Sharing.PUBLIC)
    assert client.get(page).status_code == 200
    ours = Organisation.get()
    ours.own_domains = ["mill.example"]
    ours.save()
    assert client.get(page).status_code == 404
