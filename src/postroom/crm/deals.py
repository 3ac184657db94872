"""Open, change, move and find deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet

from postroom.crm.models import Company, Deal, DealStage, Person
from postroom.crm.people import announce_people, company_called, find_person
from postroom.team.models import User

USUAL_CURRENCY = "EUR"


class NobodyThere(ValueError):
    """No lead or contact has this address."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"No lead or contact has the address {address}. Add them first, or write another one."
        )
        self.address = address


@dataclass(frozen=True, slots=True)
class DealEntry:
    """What somebody writes about a deal; people by one of their addresses."""

    name: str
    stage: DealStage
    company: str = ""
    people: Sequence[str] = ()
    amount: Decimal | None = None
    currency: str = USUAL_CURRENCY
    closing_on: date | None = None
    owner: User | None = None
    opened_at: datetime | None = None


@transaction.atomic
def keep_deal(deal: Deal, entry: DealEntry, now: datetime) -> None:
    """Save what was written. Raises NobodyThere and changes nothing.

    Without a company it is that of its people, if they have one in common.
    """
    people = people_at(entry.people)
    deal.name = entry.name
    deal.company = company_called(entry.company) or company_in_common(people)
    deal.amount, deal.currency = entry.amount, entry.currency
    deal.closing_on, deal.owner = entry.closing_on, entry.owner
    if entry.opened_at or not deal.pk:
        deal.opened_at = entry.opened_at or now
    place(deal, entry.stage, now)
    deal.save()
    deal.people.set(people)
    announce_people()


@transaction.atomic
def move_deal(deal: Deal, stage: DealStage, now: datetime) -> bool:
    """Take the deal to another stage; False where it stands there already."""
    deal = Deal.objects.select_for_update().get(pk=deal.pk)
    if deal.stage_id == stage.pk:
        return False
    place(deal, stage, now)
    deal.save(update_fields=["stage", "changed_at", "closed_at"])
    return True


def place(deal: Deal, stage: DealStage, now: datetime) -> None:
    """Put it into a stage; it closes with a closed one and opens again with an open one."""
    deal.stage, deal.changed_at = stage, now
    deal.closed_at = None if stage.is_open else deal.closed_at or now


def people_at(addresses: Sequence[str]) -> list[Person]:
    """Who has these addresses, each once. Raises NobodyThere."""
    found: dict[int, Person] = {}
    for address in filter(None, (a.strip() for a in addresses)):
        person = find_person(address)
        if person is None:
            raise NobodyThere(address)
        found[person.pk] = person
    return list(found.values())


def company_in_common(people: Sequence[Person]) -> Company | None:
    """The one company of all of them; None where they have several, or none."""
    companies = {person.company for person in people}
    return companies.pop() if len(companies) == 1 else None


def find_deals(words: str = "", stage: DealStage | None = None) -> QuerySet[Deal]:
    """Deals whose name, company or people contain every one of the words."""
    deals = Deal.objects.select_related("company", "stage", "owner")
    if stage:
        deals = deals.filter(stage=stage)
    for word in words.split():
        of_people = Person.objects.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word)
        )
        deals = deals.filter(
            Q(name__icontains=word)
            | Q(company__name__icontains=word)
            | Q(pk__in=Deal.people.through.objects.filter(person__in=of_people).values("deal"))
        )
    return deals


def open_deals() -> QuerySet[Deal]:
    """Those still to be decided."""
    return Deal.objects.filter(closed_at=None)


def currency_in_use() -> str:
    """The currency of the deal changed last."""
    return Deal.objects.values_list("currency", flat=True).first() or USUAL_CURRENCY
