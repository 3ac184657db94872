"""A person's page with the Emails related list, and one email to read.

What a viewer may not see does not exist: every email comes out of `visible_to`.
"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.archive.models import Email
from postroom.association.awaiting_with import waiting_with
from postroom.association.deals import deals_with
from postroom.association.people import known_people_on
from postroom.crm.models import Person, Stage
from postroom.crm.shown import find_person_shown
from postroom.sync.inquiring import is_looked_for
from postroom.web.asked_ahead import before_mail, is_whole
from postroom.web.emails.access import find_email, find_person_on, get_email
from postroom.web.emails.asked_ahead import about_a_person, before_a_person
from postroom.web.emails.figures import figures
from postroom.web.emails.opening import message_context, reading_context
from postroom.web.emails.outgoing import to_person
from postroom.web.emails.related import about_person, listed, related_list
from postroom.web.emails.way_back import keep, way_back
from postroom.web.people.share_state import history_for, share_states_for
from postroom.web.people.views import ROOMS
from postroom.web.shown import shown_or_404
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who someone is, and the mail with them that the viewer may see."""
    before_a_person(request, pk)
    person = shown_or_404(find_person_shown(pk))
    about_a_person(request, person)
    related = related_list(about_person(person), request.user, request.GET)
    if not is_whole(request):
        return listed(request, related)
    context: dict[str, object] = {"person": person, "related": related}
    context["room"] = ROOMS[Stage(person.stage)]
    context["share_states"] = share_states_for(request.user, person, timezone.now())
    context["is_looked_for"] = is_looked_for(person, request.user)
    context["outgoing"] = to_person(person, request.user)
    context["deals"] = deals_with([person])
    if not related.is_narrowed:
        context["waiting"] = waiting_with(person, request.user, timezone.now(), related.newest)
    context["history"] = history_for(request.user, person)
    email = find_email(request.user, request.GET.get("email", ""))
    if email and find_person_on(email, str(pk)):
        context |= reading_context(request, email, person)
    return render(request, "people/person.html", context)


@require_safe
@signed_in
def person_figures(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is counted beside a person's list."""
    person = get_object_or_404(Person, pk=pk)
    return figures(request, about_person(person))


@require_safe
@signed_in
def email(request: SignedInRequest, pk: int) -> HttpResponse:
    """An email in its conversation, on its own page or in the reading pane beside the list."""
    before_mail(request)
    email = get_email(request.user, pk)
    person = find_person_on(email, request.GET.get("person", ""))
    if not request.htmx:
        return own_page(request, email, person)
    return render(request, "emails/reading.html", reading_context(request, email, person))


@require_safe
@signed_in
def message(request: SignedInRequest, pk: int) -> HttpResponse:
    """One message of a conversation, unfolded in its place; on its own page without htmx."""
    email = get_email(request.user, pk)
    person = find_person_on(email, request.GET.get("person", ""))
    if not request.htmx:
        return own_page(request, email, person)
    return render(request, "emails/message.html", message_context(request, email, person))


def own_page(request: SignedInRequest, email: Email, person: Person | None) -> HttpResponse:
    """The email where there is no list beside it, with the way back to one."""
    context = reading_context(request, email, person)
    way = way_back(request, [person] if person else known_people_on(email))
    context["way_back"] = way
    return keep(way, request, render(request, "emails/email.html", context))
