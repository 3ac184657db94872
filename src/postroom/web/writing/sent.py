"""What became of what one sent: on its own page, at the person, and in a list of all."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postroom.crm.models import Person
from postroom.outbox.drafts import outgoing_of
from postroom.outbox.holding import call_back, change_refused
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.outgoing import note_seen, on_its_way, say_it_arrived, send_once_more
from postroom.team.models import User
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.writing.views import get_outgoing

MOST = 20
LOOKED_FOR = timedelta(minutes=3)

DECISIONS: dict[str, Callable[[User, UUID, datetime], bool]] = {
    "undo": call_back,
    "change": change_refused,
    "arrived": say_it_arrived,
    "again": send_once_more,
    "seen": note_seen,
}
TOO_LATE = "That came too late: the email is on its way already."


@require_safe
@signed_in
def state(request: SignedInRequest, key: UUID) -> HttpResponse:
    """How far it is, for the page that waits."""
    return render(request, "writing/state.html", {"outgoing": get_outgoing(request, key)})


@require_POST
@signed_in
def decision(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Undo, mend what was refused, or say of what is unknown whether it arrived."""
    get_outgoing(request, key)
    decide = DECISIONS.get(request.POST.get("do", ""))
    if decide is None:
        raise Http404
    if not decide(request.user, key, timezone.now()):
        messages.error(request, TOO_LATE)
    return redirect("writing", key)


@require_safe
@signed_in
def writings(request: SignedInRequest) -> HttpResponse:
    """One's drafts, and what was sent from here lately."""
    context = {
        "drafts": outgoing_of(request.user).filter(state=OutgoingState.DRAFT)[:100],
        "sent": outgoing_of(request.user).exclude(state=OutgoingState.DRAFT)[:100],
    }
    return render(request, "writing/writings.html", context)


@require_safe
@signed_in
def of_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is on its way to a person, above the list of their emails."""
    person = get_object_or_404(Person, pk=pk)
    return render(request, "writing/of_person.html", outgoing_to(person, request.user))


def outgoing_to(person: Person, user: User) -> dict[str, object]:
    """The user's emails to the person that no mailbox has yet; whether they change by themselves.

    Once the sent copy is synced it stands in the list of emails, and here no more.
    """
    addresses = list(person.addresses.values_list("canonical", flat=True))
    rows = list(on_its_way(user).filter(recipients__overlap=addresses)[:MOST])
    is_live = any(is_still_changing(row, timezone.now()) for row in rows)
    return {"person": person, "outgoing_rows": rows, "is_live": is_live}


def is_still_changing(outgoing: OutgoingEmail, now: datetime) -> bool:
    """Whether to look again: it moves, or its copy is awaited in the list."""
    is_fresh = outgoing.changed_at > now - LOOKED_FOR
    return outgoing.is_moving or (outgoing.state == OutgoingState.SENT and is_fresh)
