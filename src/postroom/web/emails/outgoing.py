"""What one wrote to a person that stands in no mailbox yet, above the list of their emails."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.crm.models import Person
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.outgoing import unsettled_of
from postroom.team.models import User
from postroom.team.written_once import written_once
from postroom.web.sign_in import SignedInRequest, signed_in

MOST = 20
LOOKED_FOR = timedelta(minutes=3)


@require_safe
@signed_in
def of_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is on its way to a person, above the list of their emails."""
    person = get_object_or_404(Person, pk=pk)
    return render(request, "writing/of_person.html", outgoing_to(person, request.user))


def outgoing_to(person: Person, user: User) -> dict[str, object]:
    """The user's emails to the person that no mailbox has yet; whether they change by themselves.

    Drafts too. Once the sent copy is synced it stands in the list of emails, and here no more.
    """
    addresses = [address.canonical for address in person.addresses.all()]
    rows = unsettled_to(user.pk, addresses)
    is_live = any(is_still_changing(row, timezone.now()) for row in rows)
    return {"person": person, "outgoing_rows": rows, "is_live": is_live}


@written_once()
def unsettled_to(author: int, addresses: list[str]) -> QuerySet[OutgoingEmail]:
    """The newest of them."""
    return unsettled_of(User(pk=author)).filter(recipients__overlap=RawSQL("%s", [addresses]))[
        :MOST
    ]


def is_still_changing(outgoing: OutgoingEmail, now: datetime) -> bool:
    """Whether to look again: it moves, or its copy is awaited in the list."""
    is_fresh = outgoing.changed_at > now - LOOKED_FOR
    return outgoing.is_moving or (outgoing.state == OutgoingState.SENT and is_fresh)
