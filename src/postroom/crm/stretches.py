"""Deals and companies in pages: each begins strictly below a row, as those of people do."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

PAGE = 50
M = TypeVar("M", bound=Model)
Place = tuple[Any, int]


@dataclass(frozen=True, slots=True)
class Stretch(Generic[M]):
    """Some rows and where the list goes on; `next` is empty at its end."""

    rows: list[M]
    next: str


@dataclass(frozen=True, slots=True)
class Order:
    """By which column a list goes, the row's id deciding among equals."""

    column: str
    descends: bool = False

    def written(self, row: Model) -> str:
        """The place after a row, fit for a URL."""
        value = getattr(row, self.column)
        said = json.dumps([str(value), row.pk], ensure_ascii=False)
        return urlsafe_b64encode(said.encode()).decode().rstrip("=")

    def parse(self, text: str, model: type[Model]) -> Place | None:
        """Read what `written` wrote; None for anything else."""
        try:
            said, pk = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            f"{said}".encode()  # Half a surrogate pair is no text.
            value = model._meta.get_field(self.column).to_python(said)  # type: ignore[union-attr]
        except (ValueError, TypeError, RecursionError, ValidationError):
            return None
        is_place = isinstance(said, str) and "\0" not in said and type(pk) is int
        return (value, pk) if is_place and value and abs(pk) < 2**63 else None

    def below(self, place: Place) -> Q:
        """Rows after a place."""
        word, (value, pk) = "lt" if self.descends else "gt", place
        same = Q(**{self.column: value, f"pk__{word}": pk})
        return Q(**{f"{self.column}__{word}": value}) | same


BY_CHANGE = Order("changed_at", descends=True)
BY_NAME = Order("name")


def stretch_of(rows: QuerySet[M], order: Order, after: str, limit: int = PAGE) -> Stretch[M]:
    """The rows strictly below `after`; an unreadable place means the beginning."""
    if place := order.parse(after, rows.model):
        rows = rows.filter(order.below(place))
    sign = "-" if order.descends else ""
    found = list(rows.order_by(f"{sign}{order.column}", f"{sign}pk")[: limit + 1])
    more = len(found) > limit
    return Stretch(found[:limit], order.written(found[limit - 1]) if more else "")
