"""Get off the list that an email came from, with the answer in its place."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.outbox.unsubscribing import unsubscribe
from postroom.web.emails.access import get_own_email
from postroom.web.emails.reading import reading_of
from postroom.web.emails.seeing import Seeing
from postroom.web.permission import may_integrate
from postroom.web.sign_in import SignedInRequest, signed_in


@require_POST
@signed_in
@may_integrate
def unsubscription(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask to be taken off; of one's own mail alone, and not where it poses as somebody else's."""
    email = get_own_email(request.user, pk)
    reading = reading_of(email, Seeing(request.user))
    ways = reading.laid_out.unsubscribing if reading.laid_out else None
    if ways is None or not reading.can_unsubscribe or not (ways.one_click or ways.address):
        raise Http404
    told = unsubscribe(request.user, email, ways, timezone.now())
    if not request.htmx:
        (messages.error if told.is_refusal else messages.success)(request, told.sentence)
        return redirect("writing", told.draft) if told.draft else redirect("email", pk)
    return render(request, "emails/parts/unsubscribed.html", {"told": told, "ways": ways})
