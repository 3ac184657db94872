"""Whose Emails list it is: one person's, some people's, a company's or a deal's."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from postroom.archive.models import Email
from postroom.association.deals import addresses_of_deal, of_deal, people_of_company
from postroom.association.people import addresses_at, addresses_of, addresses_of_one
from postroom.crm.models import Company, Deal, Person
from postroom.team.once_a_page import once_a_page

Whose = Person | Company | Deal | QuerySet[Person] | Collection[Person]


def addresses_for(whose: Whose) -> list[str]:
    """The canonical addresses of the people whose mail is meant."""
    match whose:
        case Person():
            return once_a_page((addresses_of, whose), lambda: addresses_of_one(whose.pk))
        case Company():
            return once_a_page((addresses_of, whose), lambda: addresses_at(whose.pk))
        case Deal():
            return addresses_of_deal(whose)
    return addresses_of(whose)


def people_in(whose: Person | Company | Deal) -> list[int]:
    """Whose mail stands in the list of one page."""
    match whose:
        case Company():
            return list(people_of_company(whose).values_list("pk", flat=True))
        case Deal():
            return list(whose.people.values_list("pk", flat=True))
    return [whose.pk]


def gathered_for(whose: Whose, seen: QuerySet[Email]) -> list[tuple[int, datetime]] | None:
    """The emails that belong to a deal, by its own rule (ADR 38); None where the addresses decide.

    A deal's are few, and some may be with nobody of its people: they answer one that is.
    """
    if not isinstance(whose, Deal):
        return None
    return list(of_deal(seen, whose).order_by().values_list("pk", "sent_at"))
