"""Lists in pages, each beginning strictly below a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from postroom.crm.orders import Order

PAGE = 50
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Stretch(Generic[M]):
    """Some rows and where the list goes on; `next` is empty at its end."""

    rows: list[M]
    next: str


def stretch_of(rows: QuerySet[M], order: Order, after: str, limit: int = PAGE) -> Stretch[M]:
    """The rows strictly below `after`; an unreadable place means the beginning."""
    if place := order.parse(after, rows.model):
        rows = rows.filter(order.below(place, rows.model))
    return cut(list(rows.order_by(*order.by(rows.model))[: limit + 1]), order, limit)


def cut(found: Sequence[M], order: Order, limit: int) -> Stretch[M]:
    """So many of some rows, where one more tells whether the list goes on."""
    more = len(found) > limit
    return Stretch(list(found[:limit]), order.written(found[limit - 1]) if more else "")
