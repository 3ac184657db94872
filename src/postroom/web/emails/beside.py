"""A note, a task or a deal in one step from an email, without leaving it.

Each is about a person on the email and knows the email by its content. A deal has the email's
conversation from then on: who makes it from a letter means it so.
"""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.archive.deal_links import link_conversation
from postroom.archive.models import Email
from postroom.association import people_on
from postroom.crm.models import Person
from postroom.crm.notes import write_note
from postroom.crm.tasks import add_task
from postroom.team.models import User
from postroom.web.diary.forms import BesideDealForm, NoteForm, TaskForm, begun, first_error
from postroom.web.emails.access import get_email
from postroom.web.emails.customer import beside
from postroom.web.emails.dealing import dealing_of
from postroom.web.sign_in import SignedInRequest, signed_in


@require_POST
@signed_in
def additions(request: SignedInRequest, pk: int, person: int) -> HttpResponse:
    """Add what was written beside the email, and show the customers with it."""
    email = get_email(request.user, pk)
    known = people_on(email).filter(pk=person).first()
    if known is None:
        raise Http404
    said, wrong = added(request.POST, email, known, request.user, timezone.now())
    if not request.htmx:
        (messages.error if wrong else messages.success)(request, wrong or said)
        return redirect("email", pk)
    dealing = dealing_of(email)
    context = beside(email, list(people_on(email)), dealing.found.deal, request.user)
    context |= {"dealing": dealing, "said": said, "wrong": wrong, "of": person}
    return render(request, "emails/beside.html", context)


def added(
    sent: QueryDict, email: Email, person: Person, by: User, now: datetime
) -> tuple[str, str]:
    """Keep it; what is said of it, or what is in the way."""
    form = form_of(sent, by)
    if not form.is_valid():
        return "", first_error(form)
    identity = bytes(email.identity)
    match form:
        case NoteForm():
            write_note(person, form.cleaned_data["text"], by, now, identity)
            return f"The note about {person} is kept.", ""
        case TaskForm():
            task = add_task(person, form.entry, by, now, identity)
            return f"The task “{task}” is kept.", ""
    deal = form.keep(person, by, now)
    link_conversation(email, deal, by, now)
    return f"The deal “{deal}” is open, and has this conversation.", ""


def form_of(sent: QueryDict, by: User) -> NoteForm | TaskForm | BesideDealForm:
    """What was sent; 404 for what cannot be added here."""
    match sent.get("add"):
        case "note":
            return NoteForm(sent)
        case "task":
            return TaskForm(sent, begun(by))
        case "deal":
            return BesideDealForm(sent)
    raise Http404
