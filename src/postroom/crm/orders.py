"""By what a list goes, and where in it a page begins: below a row, and not at a number.

Such a page costs the same at the end of 10,000 rows as at their beginning, and nothing is skipped
or shown twice when something is added meanwhile. Rows that lack what a list goes by come last.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, IntegerField, Model, Q
from django.db.models.expressions import OrderBy

Place = list[Any]  # A value of each column, then the row's id.


@dataclass(frozen=True, slots=True)
class Order:
    """By which columns a list goes, the row's id deciding among equals.

    A column may be reached over others (`company__name`), be counted, or be absent from a row.
    """

    columns: tuple[str, ...]
    descends: bool = False

    def written(self, row: Model) -> str:
        """The place after a row, fit for a URL."""
        values = (value_at(row, column) for column in self.columns)
        said = [None if value is None else str(value) for value in values]
        place = json.dumps([*said, row.pk], ensure_ascii=False)
        return urlsafe_b64encode(place.encode()).decode().rstrip("=")

    def parse(self, text: str, model: type[Model]) -> Place | None:
        """Read what `written` wrote; None for anything else."""
        try:
            *said, pk = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            fields = [fields_to(model, column)[-1] for column in self.columns]
            place = [value_of(one, field) for one, field in zip(said, fields, strict=True)]
        except (ValueError, TypeError, RecursionError, ValidationError):
            return None
        return [*place, pk] if type(pk) is int and abs(pk) < 2**63 else None

    def below(self, place: Place, model: type[Model]) -> Q:
        """Rows after a place: further in one column and equal in those before it."""
        found, same = Q(), Q()
        for column, value in zip((*self.columns, "pk"), place, strict=True):
            absent = Q(**{f"{column}__isnull": True})
            if value is not None:
                further = Q(**{f"{column}__{'lt' if self.descends else 'gt'}": value})
                found |= same & (further | absent if may_lack(model, column) else further)
            same &= absent if value is None else Q(**{column: value})
        return found

    def by(self, model: type[Model]) -> list[OrderBy]:
        """The same for PostgreSQL; plain where no row lacks it, as the indexes have it."""
        last = {column: may_lack(model, column) or None for column in (*self.columns, "pk")}
        if self.descends:
            return [F(column).desc(nulls_last=is_last) for column, is_last in last.items()]
        return [F(column).asc(nulls_last=is_last) for column, is_last in last.items()]


@dataclass(frozen=True, slots=True)
class Orders:
    """By what a list may go: words for addresses, a minus before one that descends."""

    columns: Mapping[str, tuple[str, ...]]
    usual: str

    def find(self, word: str) -> Order | None:
        """The order that a word asks for; none for what this list cannot go by."""
        columns = self.columns.get(word.removeprefix("-"))
        return Order(columns, word.startswith("-")) if columns else None

    def chosen(self, word: str) -> tuple[str, Order]:
        """The word and its order; anything else means the usual one."""
        word = word if self.find(word) else self.usual
        return word, Order(self.columns[word.removeprefix("-")], word.startswith("-"))


OF_PEOPLE = Orders(
    {
        "name": ("last_name", "first_name"),
        "company": ("company__name", "last_name"),
        "added": ("created_at",),
    },
    "name",
)
OF_DEALS = Orders(
    {
        "changed": ("changed_at",),
        "name": ("name",),
        "company": ("company__name",),
        "stage": ("stage__position",),
        "amount": ("amount",),
        "closing": ("closing_on",),
        "owner": ("owner__name",),
    },
    "-changed",
)
OF_COMPANIES = Orders(
    {"name": ("name",), "people": ("people_count",), "deals": ("deal_count",)}, "name"
)


def value_at(row: Any, column: str) -> Any:
    """What a row has in a column; None where nothing is on the way there."""
    for name in column.split("__"):
        row = None if row is None else getattr(row, name)
    return row


def fields_to(model: type[Model], column: str) -> "list[Field[Any, Any]]":
    """The fields on the way to a column, its own at last; what is no field is a count."""
    fields: list[Field[Any, Any]] = []
    for name in column.split("__"):
        try:
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            field = IntegerField()
        fields.append(field)  # type: ignore[arg-type]
        model = field.related_model  # type: ignore[assignment]
    return fields


def may_lack(model: type[Model], column: str) -> bool:
    """Whether there may be rows without it."""
    return any(field.null for field in fields_to(model, column))


def value_of(said: object, field: "Field[Any, Any]") -> object:
    """A value as it stood in a place. Raises ValueError for what stands in none."""
    if said is None:
        return None
    if not isinstance(said, str) or "\0" in said:
        raise ValueError(said)
    said.encode()  # Half a surrogate pair is no text.
    return field.to_python(said)
