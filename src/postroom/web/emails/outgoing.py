"""What one wrote to people that stands in no mailbox yet, above the list of their emails."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from postroom.crm.models import Company, Deal, Person, PersonAddress
from postroom.outbox.models import OutgoingEmail
from postroom.outbox.outgoing import unsettled_of
from postroom.team.models import User
from postroom.team.written_once import written_once
from postroom.web.sign_in import SignedInRequest, signed_in

MOST = 20


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The newest of a user's emails to some people that no mailbox has yet, drafts too.

    Once the sent copy is synced it stands in the list of emails, and here no more. `address` is
    where to look again when the page's stream says that something changed.
    """

    rows: list[OutgoingEmail]
    address: str


@require_safe
@signed_in
def of_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is on its way to a person, above the list of their emails."""
    return looked_at(request, to_person(get_object_or_404(Person, pk=pk), request.user))


@require_safe
@signed_in
def of_company(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is on its way to those who work for a company."""
    return looked_at(request, to_company(get_object_or_404(Company, pk=pk), request.user))


@require_safe
@signed_in
def of_deal(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is on its way to the people of a deal."""
    return looked_at(request, to_deal(get_object_or_404(Deal, pk=pk), request.user))


def looked_at(request: SignedInRequest, outgoing: Outgoing) -> HttpResponse:
    """The list by itself."""
    return render(request, "writing/of_record.html", {"outgoing": outgoing})


def to_person(person: Person, user: User) -> Outgoing:
    """What a user wrote to one person."""
    addresses = [address.canonical for address in person.addresses.all()]
    return Outgoing(unsettled_to(user.pk, addresses), reverse("person-outgoing", args=[person.pk]))


def to_company(company: Company, user: User) -> Outgoing:
    """What a user wrote to those who work for a company."""
    rows = unsettled_at(user.pk, company.pk)
    return Outgoing(rows, reverse("company-outgoing", args=[company.pk]))


def to_deal(deal: Deal, user: User) -> Outgoing:
    """What a user wrote to the people of a deal."""
    rows = unsettled_about(user.pk, deal.pk)
    return Outgoing(rows, reverse("deal-outgoing", args=[deal.pk]))


@written_once()
def unsettled_to(author: int, addresses: list[str]) -> QuerySet[OutgoingEmail]:
    """The newest of them to these addresses."""
    return to_any_of(RawSQL("%s", [addresses]), author)


@written_once()
def unsettled_at(author: int, company: int) -> QuerySet[OutgoingEmail]:
    """The newest of them to those who work for a company."""
    known = PersonAddress.objects.filter(person__company=company).order_by()
    return to_any_of(ArraySubquery(known.values("canonical")), author)


@written_once()
def unsettled_about(author: int, deal: int) -> QuerySet[OutgoingEmail]:
    """The newest of them to the people of a deal."""
    known = PersonAddress.objects.filter(person__deals=deal).order_by()
    return to_any_of(ArraySubquery(known.values("canonical")), author)


def to_any_of(addresses: RawSQL | ArraySubquery, author: int) -> QuerySet[OutgoingEmail]:
    """What one wrote to any of these addresses, which are an array."""
    return unsettled_of(User(pk=author)).filter(recipients__overlap=addresses)[:MOST]
