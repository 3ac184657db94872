"""Leads and contacts: found, read, added, changed, converted."""

from typing import Annotated

from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router
from ninja.responses import Status
from pydantic import Field

from postroom.api.authentication import WRITE, KeyRequest
from postroom.api.paging import Page, RowId, Wanted, page, sort_of, sorted_page
from postroom.api.problems import ABSENT, Problem, invalid
from postroom.api.repeating import add_once
from postroom.api.shapes import (
    NewPerson,
    PersonChange,
    PersonOut,
    StageWord,
)
from postroom.crm.models import Person, Stage
from postroom.crm.orders import OF_PEOPLE
from postroom.crm.people import (
    AddressTaken,
    AddressUnusable,
    Entry,
    convert,
    find_people,
    keep_person,
)
from postroom.mime import canonical_address
from postroom.team.models import User

router = Router(tags=["People"])


class PeopleWanted(Wanted):
    """Whom to list."""

    q: str = Field(default="", max_length=200, description="Words in name, company or address.")
    stage: StageWord | None = None
    email: str = Field(default="", max_length=254, description="Exactly this address.")
    sort: str = sort_of(OF_PEOPLE)


@router.get("", response=Page[PersonOut])
def list_people(
    request: KeyRequest,
    response: HttpResponse,
    wanted: Query[PeopleWanted],
) -> dict[str, object]:
    """Leads and contacts, by name unless asked otherwise."""
    people = find_people(wanted.q, Stage(wanted.stage) if wanted.stage else None)
    if wanted.email:
        people = people.filter(addresses__canonical=canonical_address(wanted.email))
    found = sorted_page(people, OF_PEOPLE, wanted.sort, wanted)
    return page(request, response, [person_out(person) for person in found.rows], found.next)


@router.post("", response={201: PersonOut}, auth=WRITE)
def add_person(
    request: KeyRequest,
    response: HttpResponse,
    new: NewPerson,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="Your own word for this request: sent again within a day, it adds nobody"
            " twice and answers with whom it added.",
        ),
    ] = None,
) -> Status[object]:
    """Add a lead or contact. Their mail is on their page at once: it is found by address."""

    def add() -> Person:
        person = Person(stage=new.stage)
        entry = Entry(
            new.first_name,
            new.last_name,
            new.company,
            new.addresses,
            new.phone,
            new.lead_source,
        )
        keep(person, entry, request.auth.user)
        return person

    asked, now = new.model_dump(), timezone.now()
    added = add_once(request.auth, idempotency_key, asked, add, now)
    response.headers["Location"] = f"{request.path}/{added.pk}"
    return Status(201, person_out(get_person(added.pk)))


@router.get("/{person_id}", response=PersonOut)
def show_person(request: KeyRequest, person_id: RowId) -> dict[str, object]:
    """One lead or contact."""
    return person_out(get_person(person_id))


@router.patch("/{person_id}", response=PersonOut, auth=WRITE)
def change_person(request: KeyRequest, person_id: RowId, change: PersonChange) -> dict[str, object]:
    """Change a lead or contact."""
    person = get_person(person_id)
    addresses = [str(address) for address in person.addresses.all()]
    entry = Entry(
        person.first_name if change.first_name is None else change.first_name,
        person.last_name if change.last_name is None else change.last_name,
        str(person.company or "") if change.company is None else change.company,
        addresses if change.addresses is None else change.addresses,
        change.phone,
        change.lead_source,
    )
    keep(person, entry, request.auth.user)
    return person_out(get_person(person_id))


@router.post("/{person_id}/conversion", response=PersonOut, auth=WRITE)
def convert_lead(request: KeyRequest, person_id: RowId) -> dict[str, object]:
    """Turn a lead into a contact; whoever is one already stays one. The mail comes along."""
    person = get_person(person_id)
    return person_out(convert(person) if person.stage == Stage.LEAD else person)


def get_person(pk: int) -> Person:
    """The person. Raises Problem."""
    people = Person.objects.select_related("company").prefetch_related("addresses")
    person = people.filter(pk=pk).first()
    if person is None:
        raise Problem(ABSENT)
    return person


def keep(person: Person, entry: Entry, by: User) -> None:
    """Save the person. Raises Problem when an address is unusable or another person's."""
    try:
        keep_person(person, entry, by)
    except (AddressTaken, AddressUnusable) as reason:
        raise invalid("body.addresses", str(reason)) from reason


def person_out(person: Person) -> dict[str, object]:
    """A person as they are answered."""
    return {
        "id": person.pk,
        "stage": person.stage,
        "name": person.name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "company": str(person.company or ""),
        "phone": person.phone,
        "lead_source": person.lead_source,
        "addresses": [str(address) for address in person.addresses.all()],
        "created_at": person.created_at,
    }
