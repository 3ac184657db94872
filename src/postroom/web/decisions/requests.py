"""What colleagues ask for, and the answers: everything, for so long, or no."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postroom.accounts.access_grants import until_words
from postroom.accounts.asking import allow, decline, requests_to
from postroom.accounts.models import AccessRequest, Answer
from postroom.accounts.rulings import SharingForbidden
from postroom.archive.models import Email
from postroom.association import own_emails
from postroom.team.models import User
from postroom.web.decisions.terms import Terms, error_of
from postroom.web.sign_in import SignedInRequest, signed_in

MOST = 50
ANSWERED = "Somebody has answered this already."
GONE = "The email is not in the mailbox any more, so there is nothing to give access to."


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with the email it is about, if that is still here."""

    request: AccessRequest
    email: Email | None
    form: Terms | None


@require_safe
@signed_in
def requests(request: SignedInRequest) -> HttpResponse:
    """Those that wait for an answer, then the last that had one."""
    now = timezone.now()
    asked = requests_to(request.user)
    waiting = asked.filter(answer=Answer.WAITING, asked_by__is_active=True)[:MOST]
    answered = asked.exclude(answer=Answer.WAITING)[:MOST]
    context = {
        "room": "requests",
        "waiting": with_emails(list(waiting), request.user, now),
        "answered": with_emails(list(answered), request.user, now),
    }
    return render(request, "requests/requests.html", context)


@require_POST
@signed_in
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say yes or no to one of them."""
    asked = get_object_or_404(requests_to(request.user), pk=pk)
    now = timezone.now()
    if request.POST.get("answer") == "decline":
        is_new, sentence = decline(asked, request.user, now), f"{asked.asked_by} was told no."
        note = messages.success if is_new else messages.error
        note(request, sentence if is_new else ANSWERED)
    else:
        said_yes(request, asked, now)
    return redirect("requests")


def said_yes(request: SignedInRequest, asked: AccessRequest, now: datetime) -> None:
    """Give access on the terms that were chosen, or say what is in the way."""
    found = with_emails([asked], request.user, now)[0]
    if found.email is None:
        messages.error(request, GONE)
        return
    form = Terms(request.POST, found.email, now)
    if not form.is_valid():
        messages.error(request, error_of(form))
        return
    try:
        is_new = allow(asked, form.matter, form.until, request.user, now)
    except SharingForbidden as refusal:
        messages.error(request, refusal.sentence)
        return
    what = "the whole conversation" if form.matter.is_thread else "the email"
    yes = f"{asked.asked_by} sees {what} {until_words(form.until)}."
    (messages.success if is_new else messages.error)(request, yes if is_new else ANSWERED)


def with_emails(asked: list[AccessRequest], viewer: User, now: datetime) -> list[Asked]:
    """Each request with its email, which is the viewer's own."""
    emails = own_emails(viewer).filter(
        account__in={r.account_id for r in asked}, identity__in={bytes(r.identity) for r in asked}
    )
    found = {(e.account_id, bytes(e.identity)): e for e in emails.select_related("account")}
    rows = [(r, found.get((r.account_id, bytes(r.identity)))) for r in asked]
    return [Asked(r, e, terms_of(r, e, now) if e else None) for r, e in rows]


def terms_of(asked: AccessRequest, email: Email, now: datetime) -> Terms | None:
    """The form to say yes by, as long as nobody answered."""
    if asked.answer != Answer.WAITING:
        return None
    return Terms(None, email, now, auto_id=f"request-{asked.pk}-%s")
