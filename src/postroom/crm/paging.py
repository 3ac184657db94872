"""Leads and contacts in pages: by name, and from a row on instead of by number.

A page "from this row on" costs the same at the end of 10,000 people as at their beginning, and
nobody is skipped or shown twice when someone is added meanwhile.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from postroom.crm.models import Person

PAGE = 50


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people and where the list goes on; `next` is empty at its end."""

    people: list[Person]
    next: str


def page_of(people: QuerySet[Person], after: str, limit: int = PAGE) -> PeoplePage:
    """The page that begins strictly below `after`; an unreadable place means the beginning."""
    if place := parse_place(after):
        people = people.filter(below(*place))
    found = list(people.order_by("last_name", "first_name", "pk")[: limit + 1])
    more = len(found) > limit
    return PeoplePage(found[:limit], place_of(found[limit - 1]) if more else "")


def place_of(person: Person) -> str:
    """The place after a row, fit for a URL."""
    place = json.dumps([person.last_name, person.first_name, person.pk], ensure_ascii=False)
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def parse_place(text: str) -> tuple[str, str, int] | None:
    """Read what `place_of` wrote; None for anything else."""
    try:
        place = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        last, first, pk = place
        f"{last}{first}".encode()  # Half a surrogate pair is no text.
    except (ValueError, TypeError, RecursionError):
        return None
    if not (isinstance(last, str) and isinstance(first, str) and isinstance(pk, int)):
        return None
    is_storable = "\0" not in last + first and -(2**63) <= pk < 2**63
    return (last, first, pk) if is_storable else None


def below(last: str, first: str, pk: int) -> Q:
    """Rows after a place in the list's order."""
    same_name = Q(last_name=last, first_name=first, pk__gt=pk)
    return Q(last_name__gt=last) | Q(last_name=last, first_name__gt=first) | same_name
