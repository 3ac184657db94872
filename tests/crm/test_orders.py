"""Lists go by any of their columns, both ways, and their pages leave nobody out."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Model, QuerySet

from cast import NOON, person, user
from postroom.crm.companies import find_companies
from postroom.crm.deals import find_deals
from postroom.crm.models import Company, Deal, Person
from postroom.crm.orders import OF_COMPANIES, OF_DEALS, OF_PEOPLE, Orders, value_at
from postroom.crm.people import find_people
from postroom.crm.pipeline import stages
from postroom.crm.stretches import stretch_of

LISTS: dict[str, tuple[Callable[[], QuerySet[Model]], Orders]] = {
    "people": (lambda: find_people(""), OF_PEOPLE),
    "deals": (lambda: find_deals(), OF_DEALS),
    "companies": (lambda: find_companies(), OF_COMPANIES),
}
WAYS = [
    (name, sign + word)
    for name, (_, orders) in LISTS.items()
    for word in orders.columns
    for sign in ("", "-")
]


@pytest.fixture
def crm(db: None) -> None:
    """Nine of each, some alike, some without a company, an amount, a day or an owner."""
    companies = [Company.objects.create(name=name) for name in ("Mill", "anvil", "Zinc", "Ümlaut")]
    users = [user("Alice"), user("Bob")]
    for n in range(9):
        one = person(
            f"{'Lena' if n % 2 else 'Omar'} {'Same' if n % 3 else 'Other'}", f"p{n}@x.example"
        )
        Person.objects.filter(pk=one.pk).update(company=companies[n % 4] if n % 3 else None)
        Deal.objects.create(
            name=f"Deal {n % 4}",
            stage=stages()[n % 5],
            company=companies[n % 3] if n % 2 else None,
            amount=Decimal(n % 4) * 100 if n % 3 else None,
            closing_on=date(2027, 1, 1 + n % 3) if n % 4 else None,
            owner=users[n % 2] if n % 5 else None,
            opened_at=NOON,
            changed_at=NOON + timedelta(hours=n % 3),
        )


@pytest.mark.parametrize(("name", "word"), WAYS)
def test_pages_of_two_are_the_whole_list_in_its_order(name: str, word: str, crm: None) -> None:
    listing, orders = LISTS[name]
    order = orders.find(word)
    assert order
    whole = stretch_of(listing(), order, "", limit=100)
    found, after = list[Model](), ""
    while True:
        page = stretch_of(listing(), order, after, limit=2)
        found += page.rows
        if not (after := page.next):
            break
    assert found == whole.rows
    assert len(set(found)) == len(found) == listing().count()
    values = [value_at(row, order.columns[0]) for row in found]
    there = [value for value in values if value is not None]
    assert values == there + [None] * (len(values) - len(there)), "what is absent comes last"
    if not isinstance(there[0], str):  # Words go as PostgreSQL has them.
        assert there == sorted(there, reverse=order.descends)
