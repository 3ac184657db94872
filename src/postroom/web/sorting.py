"""A list in pages that goes by what its address asks for, and the links that say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from postroom.crm.orders import Orders
from postroom.crm.stretches import stretch_of

KEPT = ("q", "stage")
SAID = {
    "name": "Name",
    "changed": "Changed",
    "company": "Company",
    "added": "Added",
    "stage": "Stage",
    "amount": "Amount",
    "closing": "Closing",
    "owner": "Owner",
    "people": "People",
    "deals": "Deals",
}
# What one looks for begins with the latest, or the most.
FROM_THE_TOP = frozenset({"changed", "added", "amount", "people", "deals"})
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Way:
    """A link by which the list goes another way; the chosen one turns it round."""

    said: str
    address: str
    is_chosen: bool
    descends: bool


@dataclass(frozen=True, slots=True)
class SortedPage(Generic[M]):
    """Some rows, where the list goes on (empty at its end), and by what else it could go."""

    rows: list[M]
    next: str
    is_first: bool
    sort: str
    ways: list[Way]


def sorted_page(request: HttpRequest, rows: QuerySet[M], orders: Orders) -> SortedPage[M]:
    """The page that an address asks for."""
    asked, after = request.GET, request.GET.get("after", "")
    word, order = orders.chosen(asked.get("sort", ""))
    page = stretch_of(rows, order, after)
    kept = {name: asked[name] for name in KEPT if asked.get(name)}
    ways = [way_of(column, word, kept, orders) for column in orders.columns]
    on = written(kept, orders, word, after=page.next) if page.next else ""
    return SortedPage(page.rows, on, not after, "" if word == orders.usual else word, ways)


def way_of(column: str, word: str, kept: Mapping[str, str], orders: Orders) -> Way:
    """One link."""
    is_chosen, descends = word.removeprefix("-") == column, word.startswith("-")
    is_down = not descends if is_chosen else column in FROM_THE_TOP
    wish = f"-{column}" if is_down else column
    return Way(SAID[column], written(kept, orders, wish) or "?", is_chosen, descends)


def written(kept: Mapping[str, str], orders: Orders, word: str, **further: str) -> str:
    """The query of an address; the usual order goes without saying."""
    sort = {} if word == orders.usual else {"sort": word}
    said = urlencode({**kept, **sort, **further})
    return f"?{said}" if said else ""
