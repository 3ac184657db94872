"""Lists by pages: `next` is the place after the last row, empty at the end.

A place and not a number, so that nobody is skipped or shown twice when something is added.
"""

from typing import Annotated, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

from postroom.api.problems import Problem, invalid
from postroom.crm.orders import Orders
from postroom.crm.stretches import Stretch, stretch_of

PAGE, LARGEST_PAGE = 50, 200
LARGEST_ID = 2**63 - 1

T = TypeVar("T")
M = TypeVar("M", bound=Model)

RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Wanted(Schema):
    """Which page of a list."""

    after: str = Field(
        default="", max_length=1_000, description="`next` of the page before; empty: the first."
    )
    limit: int = Field(default=PAGE, ge=1, le=LARGEST_PAGE, description="Rows of a page.")


class Page(Schema, Generic[T]):
    """Some rows, and where the list goes on."""

    items: list[T]
    next: str | None = Field(
        description="Send it as `after` for the next page; null at the end. The header Link has the"
        " whole address."
    )


def page(
    request: HttpRequest, response: HttpResponse, rows: list[T], after: str
) -> dict[str, object]:
    """One page as it is answered, with the header Link (RFC 8288) when there is another one."""
    if after:
        query = request.GET.copy()
        query["after"] = after
        address = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        response.headers["Link"] = f'<{address}>; rel="next"'
    return {"items": rows, "next": after or None}


def sort_of(orders: Orders) -> str:
    """The field of what a list may be sorted by."""
    words = ", ".join(f"`{word}`" for word in orders.columns)
    said = f"By which of {words} the list goes; a minus before it descends."
    field: str = Field(default=orders.usual, max_length=20, description=said)
    return field


def sorted_page(rows: QuerySet[M], orders: Orders, word: str, wanted: Wanted) -> Stretch[M]:
    """A page of a list in the order that is asked for. Raises Problem."""
    order = orders.find(word)
    if order is None:
        words = ", ".join(orders.columns)
        raise invalid("query.sort", f"Sort by one of {words}; with a minus before it to descend.")
    if wanted.after and order.parse(wanted.after, rows.model) is None:
        raise bad_place()
    return stretch_of(rows, order, wanted.after, wanted.limit)


def by_id(rows: QuerySet[M], wanted: Wanted) -> tuple[list[M], str]:
    """A page of rows by their number, and the place after it."""
    if wanted.after:
        rows = rows.filter(pk__gt=parse_number(wanted.after))
    found, limit = list(rows.order_by("pk")[: wanted.limit + 1]), wanted.limit
    return found[:limit], str(found[limit - 1].pk) if found[limit:] else ""


def parse_number(after: str) -> int:
    """Read the place in a list by number. Raises Problem."""
    if not (after.isascii() and after.isdigit() and int(after[:20]) <= LARGEST_ID):
        raise bad_place()
    return int(after)


def bad_place() -> Problem:
    """What was sent is no place in this list."""
    return invalid("query.after", "This is not the `next` of a page before; leave it out to begin.")
