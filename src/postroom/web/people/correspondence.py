"""How many emails a viewer may see with each of some people, and when the last one was.

One query for a page of people. It counts what the Emails related list would show: an email
once, however many colleagues have a copy of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, IntegerField, Max, Value, When

from postroom.archive.models import EveryParticipant
from postroom.association import known_addresses, visible_to
from postroom.crm.models import Person
from postroom.team.models import User


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The mail with one person in two figures."""

    count: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the list shows them to one viewer."""

    person: Person
    address: str
    mail: Correspondence


def rows_for(viewer: User, people: Sequence[Person]) -> list[PersonRow]:
    """The rows of a list, in its order."""
    mail = correspondence_for(viewer, people)
    return [
        PersonRow(person, primary_address(person), mail.get(person.pk, Correspondence()))
        for person in people
    ]


def primary_address(person: Person) -> str:
    """The person's primary address out of the prefetched ones; empty when there is none."""
    return next((str(address) for address in person.addresses.all()), "")


def correspondence_for(viewer: User, people: Sequence[Person]) -> dict[int, Correspondence]:
    """The figures by the person's id; people without visible mail are left out."""
    known = known_addresses().filter(person__in=people).values_list("canonical", "person")
    owners = dict(known)
    if not owners:
        return {}
    person = Case(
        *(When(canonical=canonical, then=Value(pk)) for canonical, pk in owners.items()),
        output_field=IntegerField(),
    )
    rows = (
        EveryParticipant.objects.filter(canonical__in=owners, email__in=visible_to(viewer))
        .annotate(person=person)
        .values_list("person")
        .annotate(Count("email__identity", distinct=True), Max("email__sent_at"))
    )
    return {pk: Correspondence(count, last_at) for pk, count, last_at in rows}
