"""Create, change and find leads and contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Func, QuerySet, TextField, Value
from django.db.models.functions import Lower

from postroom.crm.erased import erased_among
from postroom.crm.models import AddressChange, Company, Person, PersonAddress, Stage
from postroom.mime import canonical_address
from postroom.team.models import User

PEOPLE_CHANGED = "postroom_people"
LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3, without the angle brackets.


class AddressUnusable(ValueError):
    """Not an email address."""

    def __init__(self, address: str) -> None:
        super().__init__(f"“{address}” is not an email address. Write it like name@example.com.")


class AddressErased(AddressUnusable):
    """The person with this address was erased; nobody writes them down again by accident."""

    def __init__(self, address: str) -> None:
        ValueError.__init__(
            self,
            f"{address} belongs to somebody who was erased here, and is kept out since. If they"
            " came back themselves, ask an administrator to allow it again under Setup › Erasures.",
        )


class AddressTaken(ValueError):
    """Another person already has this address."""

    def __init__(self, address: str, person: Person) -> None:
        super().__init__(
            f"{address} already belongs to {person}. Remove it there first,"
            " or open that person instead."
        )
        self.person = person


def find_people(words: str, stage: Stage | None = None) -> QuerySet[Person]:
    """People whose name, company or address contains every one of the words."""
    people = Person.objects.select_related("company").prefetch_related("addresses")
    if stage:
        people = people.filter(stage=stage)
    for word in words.split():
        people = people.filter(pk__in=those_with(Lower(Value(word))))
    return people


def those_with(word: Lower) -> QuerySet[Any, Any]:
    """The ids of people by one lower-cased word: each by an index, where an OR would read all."""
    called = Person.objects.alias(called=FullName("first_name", "last_name"))
    at_address = PersonAddress.objects.filter(canonical__contains=word)
    companies = Company.objects.alias(lower=Lower("name")).filter(lower__contains=word)
    return (
        called.filter(called__contains=word)
        .order_by()
        .values_list("pk")
        .union(
            at_address.order_by().values_list("person"),
            Person.objects.filter(company__in=companies.order_by()).order_by().values_list("pk"),
            all=True,
        )
    )


class FullName(Func):
    """Both names in lower case, as the index `person_words` has them."""

    template = "lower(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()


def find_person(address: str) -> Person | None:
    """The person with this address, as primary or secondary."""
    return Person.objects.filter(addresses__canonical=canonical_address(address)).first()


def company_called(name: str) -> Company | None:
    """The company of that name, made when it is new; None for no name."""
    name = " ".join(name.split())
    if not name:
        return None
    # As the constraint compares: upper case takes other letters for the same.
    same = Company.objects.annotate(lower=Lower("name")).filter(lower=Lower(Value(name)))
    return same.first() or Company.objects.create(name=name)


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody writes about a person; the first address is the primary one.

    `phone` and `lead_source` are None where nothing was said about them.
    """

    first_name: str
    last_name: str
    company: str
    addresses: Sequence[str]
    phone: str | None = None
    lead_source: str | None = None


@transaction.atomic
def keep_person(person: Person, entry: Entry, by: User | None = None) -> None:
    """Save what was written. Raises AddressUnusable or AddressTaken and changes nothing."""
    person.first_name, person.last_name = entry.first_name, entry.last_name
    person.company = company_called(entry.company)
    person.phone = person.phone if entry.phone is None else entry.phone
    if entry.lead_source is not None:
        person.lead_source = " ".join(entry.lead_source.split())
    person.save()
    set_addresses(person, entry.addresses, by)


@transaction.atomic
def set_addresses(person: Person, addresses: Sequence[str], by: User | None = None) -> None:
    """Give the person exactly these addresses, the first one primary, and note who did it.

    Raises AddressUnusable, AddressErased or AddressTaken and changes nothing.
    """
    wanted = unique_addresses(addresses)
    for canonical in erased_among(wanted):
        raise AddressErased(wanted[canonical])
    for canonical, address in wanted.items():
        taken = PersonAddress.objects.filter(canonical=canonical).exclude(person=person).first()
        if taken:
            raise AddressTaken(address, taken.person)
    note_changes(person, wanted, by)
    person.addresses.exclude(canonical__in=wanted).delete()
    person.addresses.update(is_primary=False)
    for position, (canonical, address) in enumerate(wanted.items()):
        PersonAddress.objects.update_or_create(
            person=person,
            canonical=canonical,
            defaults={"address": address, "is_primary": position == 0},
        )
    announce_people()


def note_changes(person: Person, wanted: Mapping[str, str], by: User | None) -> None:
    """Write down which addresses come and go."""
    had = dict(person.addresses.values_list("canonical", "address"))
    came = {c: address for c, address in wanted.items() if c not in had}
    went = {c: address for c, address in had.items() if c not in wanted}
    AddressChange.objects.bulk_create(
        AddressChange(person=person, address=address, canonical=c, is_added=is_added, by=by)
        for is_added, changed in ((False, went), (True, came))
        for c, address in changed.items()
    )


def unique_addresses(addresses: Sequence[str]) -> dict[str, str]:
    """Canonical form to address as typed, in order; raises AddressUnusable."""
    found: dict[str, str] = {}
    for address in filter(None, (a.strip() for a in addresses)):
        canonical = canonical_address(address)
        if not canonical or len(canonical) > LONGEST_ADDRESS or "\0" in address:
            raise AddressUnusable(address)
        found.setdefault(canonical, address)
    return found


def convert(lead: Person) -> Person:
    """Turn a lead into a contact. Their mail stays theirs: it is found by address."""
    lead.stage = Stage.CONTACT
    lead.save(update_fields=["stage"])
    return lead


def announce_people() -> None:
    """Tell the engine that someone's addresses changed: bodies may be due. Sent on commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [PEOPLE_CHANGED])
