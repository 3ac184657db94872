"""Whether an email is shown with the images that lie elsewhere: when its reader said so. ADR 36."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from postroom.archive.models import Email, ParticipantRole
from postroom.team.models import TrustedSender
from postroom.web.emails.access import find_person_on, get_readable_email
from postroom.web.emails.opening import message_context
from postroom.web.emails.seeing import SHOWN
from postroom.web.sign_in import SignedInRequest, signed_in

MOST_REMEMBERED = 50
MOST_TRUSTED = 5_000


@require_POST
@signed_in
def images(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show an email's images for as long as one is signed in, always for its sender, or no more."""
    email = get_readable_email(request.user, pk)
    ACTS.get(request.POST.get("show", ""), show_once)(request, email)
    if not request.htmx:
        return redirect("email", pk)
    person = find_person_on(email, request.GET.get("person", ""))
    return render(request, "emails/message.html", message_context(request, email, person))


def show_once(request: SignedInRequest, email: Email) -> None:
    """In this browser, until one signs out; of many the newest."""
    shown = [pk for pk in request.session.get(SHOWN, []) if pk != email.pk]
    request.session[SHOWN] = [email.pk, *shown][:MOST_REMEMBERED]


def show_always(request: SignedInRequest, email: Email) -> None:
    """For this user, whenever this address has written."""
    if request.user.trusted_senders.count() < MOST_TRUSTED:
        for address in senders_of(email):
            TrustedSender.objects.get_or_create(user=request.user, address=address)
    show_once(request, email)


def show_no_more(request: SignedInRequest, email: Email) -> None:
    """Take both back."""
    TrustedSender.objects.filter(user=request.user, address__in=senders_of(email)).delete()
    request.session[SHOWN] = [pk for pk in request.session.get(SHOWN, []) if pk != email.pk]


ACTS = {"once": show_once, "always": show_always, "never": show_no_more}


def senders_of(email: Email) -> list[str]:
    """The usable addresses it is from."""
    senders = email.participants.filter(role=ParticipantRole.FROM).exclude(canonical="")
    return list(senders.values_list("canonical", flat=True)[:5])
