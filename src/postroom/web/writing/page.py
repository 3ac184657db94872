"""The page on which an email is written, and the one that shows what was sent."""

from math import ceil
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from postroom.crm.models import Person
from postroom.outbox.answering import Origin, goes_elsewhere
from postroom.outbox.letters import signature_html
from postroom.outbox.models import DraftCopy, OutgoingEmail
from postroom.outbox.noticing import is_on
from postroom.outbox.sizes import most_octets
from postroom.outbox.templates import templates_for
from postroom.web.sign_in import SignedInRequest
from postroom.web.writing.form import WritingForm
from postroom.web.writing.later import moments_now

MOST_PEOPLE = 5
MOST_TEMPLATES, MANY_TEMPLATES = 500, 12


def sent_context(outgoing: OutgoingEmail) -> dict[str, object]:
    """What is shown of what was sent: as it looks while it is here, later its words."""
    return state_context(outgoing) | {
        "has_page": outgoing.is_rich and outgoing.message_id and outgoing.copy_id is None,
        "attached": outgoing.files.filter(content_id=""),
        "people": Person.objects.filter(addresses__canonical__in=outgoing.recipients).distinct()[
            :MOST_PEOPLE
        ],
    }


def state_context(outgoing: OutgoingEmail) -> dict[str, object]:
    """How far it is; held, how many seconds are left to call it back."""
    left = (outgoing.due_at - timezone.now()).total_seconds() if outgoing.due_at else 0.0
    return {"outgoing": outgoing, "seconds": max(0, ceil(left))} | moments_now()


def page_of(
    request: SignedInRequest,
    form: WritingForm,
    outgoing: OutgoingEmail | None,
    origin: Origin | None,
    key: UUID,
) -> HttpResponse:
    """The page to write on; sent back by *Send* without an error, it asks about a file."""
    sender = form.senders.get(str(form["sender"].value() or ""))
    context = {
        "form": form,
        "outgoing": outgoing if outgoing and outgoing.pk else None,
        "origin": origin,
        **answered_in(outgoing, origin),
        "elsewhere": goes_elsewhere(origin) if origin else "",
        "key": key,
        "is_rich": form["is_rich"].value() in (True, "True", "on"),
        "below": address_below(request, form, outgoing, origin),
        "attached": outgoing.files.filter(content_id="") if outgoing and outgoing.pk else (),
        "draft_copy": find_draft_copy(outgoing),
        "forgot_a_file": wish_of(request) if form.is_bound and not form.errors else None,
        "most": most_octets(sender.account if sender else None),
        "has_notices": is_on(),
        "templates": templates_for(request.user)[:MOST_TEMPLATES],
        "many": MANY_TEMPLATES,
    } | moments_now()
    status = 422 if form.errors else 200
    return render(request, "writing/writing.html", context, status=status)


def wish_of(request: SignedInRequest) -> dict[str, str]:
    """The button that was used, to be used once more."""
    if not (later := request.POST.get("later", "")):
        return {"name": "do", "value": "send"}
    return {"name": "later", "value": request.POST.get("at") or later if later == "at" else later}


def answered_in(outgoing: OutgoingEmail | None, origin: Origin | None) -> dict[str, object]:
    """The email that is answered, and where its page hears of colleagues who do the same."""
    email = origin.email if origin else (outgoing.answers if outgoing and outgoing.pk else None)
    live = reverse("email-live", args=[email.pk]) if email else ""
    return {"answered": email, "answered_live": live}


def find_draft_copy(outgoing: OutgoingEmail | None) -> DraftCopy | None:
    """The version that lies in the mailbox's Drafts, if one does."""
    copies = DraftCopy.objects.filter(kept_at__isnull=False)
    return copies.filter(outgoing=outgoing).last() if outgoing and outgoing.pk else None


def address_below(
    request: SignedInRequest,
    form: WritingForm,
    outgoing: OutgoingEmail | None,
    origin: Origin | None,
) -> str:
    """Where the signature and the quote are shown; empty where there are none."""
    if outgoing and outgoing.pk:
        has_any = bool(outgoing.quote_html or signature_html(outgoing.sender))
        return reverse("writing-below", args=[outgoing.key]) if has_any else ""
    sender = form.senders.get(str(form["sender"].value() or ""))
    query = request.GET.copy()
    query["sender"] = str(sender.pk if sender else "")
    has_any = origin is not None or bool(signature_html(sender))
    return f"{reverse('new-writing-below')}?{query.urlencode()}" if has_any else ""
