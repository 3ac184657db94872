"""A person's page with the Emails related list, and one email to read.

What a viewer may not see does not exist: every email comes out of `visible_to`.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.archive.models import Email
from postroom.archive.reading import opened
from postroom.association import Sight, sharers_with
from postroom.association.deals import deals_with
from postroom.association.readings import note_reading
from postroom.crm.models import Person, Stage
from postroom.rendering.readers import find_laid_out
from postroom.sync.inquiring import is_looked_for
from postroom.team.models import User
from postroom.web.emails.access import (
    find_email,
    find_person_on,
    get_email,
    get_readable_email,
)
from postroom.web.emails.outgoing import outgoing_to
from postroom.web.emails.reading import Reading, reading_of
from postroom.web.emails.related import find_sharer, related_page
from postroom.web.people.share_state import history_for, share_states_for
from postroom.web.people.views import ROOMS
from postroom.web.security import seal
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who someone is, and the mail with them that the viewer may see."""
    person = get_object_or_404(Person.objects.select_related("company"), pk=pk)
    sharer = find_sharer(person, request.user, request.GET.get("shared_by", ""))
    page = related_page(person, request.user, sharer, request.GET.get("after", ""))
    context: dict[str, object] = {"person": person, "page": page}
    if request.htmx:
        return render(request, "emails/rows.html", context)
    context["room"] = ROOMS[Stage(person.stage)]
    context["sharers"] = sharers_with(person, request.user).exclude(pk=request.user.pk)
    context["share_states"] = share_states_for(request.user, person, timezone.now())
    context["is_looked_for"] = is_looked_for(person, request.user)
    context |= outgoing_to(person, request.user)
    context["deals"] = deals_with([person])
    context["history"] = history_for(request.user, person)
    email = find_email(request.user, request.GET.get("email", ""))
    if email and find_person_on(email, str(pk)):
        context["reading"] = open_email(email, request.user, person)
    return render(request, "people/person.html", context)


@require_safe
@signed_in
def email(request: SignedInRequest, pk: int) -> HttpResponse:
    """One email, on its own page or in the reading pane beside the list."""
    email = get_email(request.user, pk)
    person = find_person_on(email, request.GET.get("person", ""))
    context = {"reading": open_email(email, request.user, person), "person": person}
    part = "emails/reading.html" if request.htmx else "emails/email.html"
    return render(request, part, context)


@require_safe
@signed_in
def body(request: SignedInRequest, pk: int) -> HttpResponse:
    """The email's HTML, sanitised and sealed, for the frame in the reading pane."""
    laid_out = find_laid_out(get_readable_email(request.user, pk))
    if laid_out is None or laid_out.html is None:
        raise Http404
    return seal(render(request, "emails/body.html", {"html": laid_out.html}))


def open_email(email: Email, viewer: User, person: Person | None) -> Reading:
    """Lay the email out and let the archive know that it was opened.

    Not when only a part of it is shown: nothing is fetched from a server for a look at that.
    """
    if email.sight == Sight.EVERYTHING:
        note_reading(email, viewer, timezone.now())
        opened(email, viewer, timezone.now())
    return reading_of(email, viewer, person)
