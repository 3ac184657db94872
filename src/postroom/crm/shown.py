"""Who is shown on a page, with the addresses of each: asked in questions that are written once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from postroom.crm.models import Company, Deal, Person, PersonAddress
from postroom.team.written_once import written_once

MOST_PEOPLE: Final = 200
MOST_DEALS: Final = 50


def find_person_shown(pk: int) -> Person | None:
    """The person with their company and addresses."""
    return next(iter(with_addresses(with_company(pk))), None)


def find_company_shown(pk: int) -> Company | None:
    """The company."""
    return next(iter(named_company(pk)), None)


def people_shown(company: Company) -> list[Person]:
    """Who works for a company, with their addresses."""
    return with_addresses(people_at(company.pk))


def with_addresses(people: Sequence[Person]) -> list[Person]:
    """The people with their addresses at hand, as Django's `prefetch_related` leaves them."""
    found: dict[int, list[PersonAddress]] = defaultdict(list)
    for address in addresses_by_person([person.pk for person in people]) if people else ():
        found[address.person_id].append(address)
    for person in people:
        its: QuerySet[PersonAddress] = QuerySet(PersonAddress)
        its._result_cache = found[person.pk]
        person._prefetched_objects_cache = {"addresses": its}  # type: ignore[attr-defined]
    return list(people)


@written_once()
def with_company(pk: int) -> QuerySet[Person]:
    """The person of this id, if there is one."""
    return Person.objects.select_related("company").filter(pk=pk)


@written_once()
def named_company(pk: int) -> QuerySet[Company]:
    """The company of this id, if there is one."""
    return Company.objects.filter(pk=pk)


@written_once()
def people_at(company: int) -> QuerySet[Person]:
    """Who works for a company, by name."""
    return Person.objects.filter(company=company)[:MOST_PEOPLE]


@written_once()
def addresses_by_person(people: list[int]) -> QuerySet[PersonAddress]:
    """Of each the primary one first."""
    these = RawSQL("SELECT unnest(%s::bigint[])", [people])
    return PersonAddress.objects.filter(person__in=these)


@written_once()
def deals_shown(company: int) -> QuerySet[Deal]:
    """A company's deals, those that changed last first."""
    deals = Deal.objects.select_related("stage", "owner").filter(company=company)
    return deals[:MOST_DEALS]
