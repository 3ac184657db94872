"""The rows of a list of people: who they are, and the mail with them in two figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from postroom.association.correspondence import Correspondence, correspondence_for
from postroom.crm.models import Person
from postroom.team.models import User


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
        PersonRow(person, person.primary_address, mail.get(person.pk, Correspondence()))
        for person in people
    ]
