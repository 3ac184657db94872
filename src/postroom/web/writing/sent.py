"""What became of what one sent: on its own page, and in a list of all."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postroom.outbox.drafts import outgoing_of
from postroom.outbox.holding import call_back, change_refused
from postroom.outbox.models import OutgoingState
from postroom.outbox.outgoing import note_seen, say_it_arrived, send_once_more
from postroom.outbox.scheduling import send_now
from postroom.team.models import User
from postroom.web.refusals import refusals_told
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.writing.owned import get_outgoing
from postroom.web.writing.page import state_context

DECISIONS: dict[str, Callable[[User, UUID, datetime], bool]] = {
    "undo": call_back,
    "change": change_refused,
    "arrived": say_it_arrived,
    "again": send_once_more,
    "seen": note_seen,
    "now": send_now,
}
MOST = 100
TOO_LATE = "That came too late: the email is on its way already."


@require_safe
@signed_in
def state(request: SignedInRequest, key: UUID) -> HttpResponse:
    """How far it is, for the page that waits."""
    return render(request, "writing/state.html", state_context(get_outgoing(request, key)))


@require_POST
@signed_in
def decision(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Undo, mend what was refused, or say of what is unknown whether it arrived."""
    get_outgoing(request, key)
    decide = DECISIONS.get(request.POST.get("do", ""))
    if decide is None:
        raise Http404
    with refusals_told(request):
        if not decide(request.user, key, timezone.now()):
            messages.error(request, TOO_LATE)
    return redirect("writing", key)


@require_safe
@signed_in
def writings(request: SignedInRequest) -> HttpResponse:
    """One's drafts, and what was sent from here lately."""
    own, waits = outgoing_of(request.user), (OutgoingState.DRAFT, OutgoingState.SCHEDULED)
    context = {
        "drafts": own.filter(state=OutgoingState.DRAFT)[:MOST],
        "scheduled": own.filter(state=OutgoingState.SCHEDULED).order_by("due_at")[:MOST],
        "sent": own.exclude(state__in=waits)[:MOST],
        "most": MOST,
    }
    return render(request, "writing/writings.html", context)
