"""Why a colleague sees an email, and how they ask for the rest of it."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postroom.accounts.asking import ask, last_request, why_not_ask
from postroom.accounts.models import Sight
from postroom.archive.models import Email
from postroom.association.reasons import reason_for
from postroom.team.models import Organisation, User
from postroom.web.decisions.terms import matter_of
from postroom.web.emails.access import find_person_on, get_email
from postroom.web.emails.opening import reading_context
from postroom.web.refusals import refusals_told
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def access(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part of an open email that says why one sees it; the whole of it, when that changed."""
    email = get_email(request.user, pk)
    person = find_person_on(email, request.GET.get("person", ""))
    if request.GET.get("sight") == str(email.sight) or not request.htmx:
        context = access_of(email, request.user, timezone.now()) | {"person": person}
        return render(request, "emails/access.html", context)
    context = reading_context(request, email, person) | {"alone": "alone" in request.GET}
    response = render(request, "emails/reading.html", context)
    response.headers["HX-Retarget"] = "#reading .reading"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


@require_POST
@signed_in
def request_access(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask the owner for all of it."""
    email = get_email(request.user, pk)
    if email.sight == Sight.EVERYTHING:
        raise Http404
    now = timezone.now()
    with refusals_told(request):
        ask(matter_of(email), request.user, request.POST.get("reason", ""), now)
    if not request.htmx:
        return redirect("email", pk)
    context = access_of(email, request.user, now)
    context["person"] = find_person_on(email, request.GET.get("person", ""))
    return render(request, "emails/access.html", context)


def access_of(email: Email, viewer: User, now: datetime) -> dict[str, object]:
    """What the part says."""
    is_withheld = email.sight < Sight.EVERYTHING
    matter = matter_of(email)
    return {
        "email": email,
        "is_withheld": is_withheld,
        "reason": reason_for([email], viewer, now)[email.pk],
        "asked": last_request(matter, viewer) if is_withheld else None,
        "why_not_ask": why_not_ask(matter, viewer, now) if is_withheld else "",
        "logs_reading": Organisation.get().logs_reading,
    }
