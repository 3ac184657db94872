"""A person's page with the Emails related list, and one email to read.

What a viewer may not see does not exist: every email comes out of `visible_to`.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from postroom.archive.models import Email
from postroom.archive.reading import find_message, find_raw, opened
from postroom.association import sharers_with
from postroom.crm.models import Person, Stage
from postroom.mime import attachment_content
from postroom.team.models import User
from postroom.web.emails.access import find_email, find_person_on, get_email
from postroom.web.emails.reading import Reading, reading_of
from postroom.web.emails.related import find_sharer, related_page
from postroom.web.emails.safe_html import safe_html
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
    email = get_email(request.user, pk)
    message, raw = find_message(email), find_raw(email)
    if message is None or raw is None or message.html is None:
        raise Http404
    html = safe_html(message, raw).html
    return seal(render(request, "emails/body.html", {"html": html}))


@require_safe
@signed_in
def attachment(request: SignedInRequest, pk: int, part: str) -> HttpResponse:
    """Download one attachment: always as a file, never as something a browser would open."""
    email = get_email(request.user, pk)
    message, raw = find_message(email), find_raw(email)
    listed = message.attachments if message else ()
    attachment = next((a for a in listed if ".".join(map(str, a.part)) == part), None)
    if attachment is None or raw is None:
        raise Http404
    content = attachment_content(raw, attachment.part)
    response = HttpResponse(content, content_type="application/octet-stream")
    disposition = content_disposition_header(as_attachment=True, filename=attachment.name)
    response.headers["Content-Disposition"] = disposition
    return seal(response)


def open_email(email: Email, viewer: User, person: Person | None) -> Reading:
    """Lay the email out and let the archive know that it was opened."""
    opened(email, viewer, timezone.now())
    return reading_of(email, viewer, person)
