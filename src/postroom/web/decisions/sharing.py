"""Who can see this email, and the owner's word about it: hidden, shown so far, as its mailbox.

For those whose mailbox it is; to all others the page is not there.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.accounts.access_grants import grants_about
from postroom.accounts.matters import Matter
from postroom.accounts.models import Sight
from postroom.accounts.rulings import (
    Former,
    SharingForbidden,
    lift,
    rule,
    ruling_on,
    take_back,
    why_not_shown,
)
from postroom.archive.models import Email
from postroom.association.reasons import explain
from postroom.team.models import User
from postroom.web.decisions import undoing
from postroom.web.decisions.terms import EMAIL, THREAD, GrantForm, matter_of
from postroom.web.emails.access import get_own_email
from postroom.web.sign_in import SignedInRequest, signed_in

MAILBOX = "mailbox"
CHOICES = (
    (str(Sight.NOTHING.value), "Hidden", "from everyone whose mailbox it is not"),
    (MAILBOX, "As the mailbox", "whatever the mailbox’s sharing shows"),
    (str(Sight.WHEN.value), Sight.WHEN.label, "never what about"),
    (str(Sight.SUBJECT.value), Sight.SUBJECT.label, "not the text"),
    (str(Sight.EVERYTHING.value), Sight.EVERYTHING.label, "with its attachments"),
)
SAID = {
    str(Sight.NOTHING.value): "is hidden from colleagues now.",
    MAILBOX: "is shared as its mailbox is now.",
    str(Sight.WHEN.value): "shows colleagues who wrote when.",
    str(Sight.SUBJECT.value): "shows colleagues who wrote when and what about.",
    str(Sight.EVERYTHING.value): "shows colleagues everything now.",
}
TOO_LATE = "That cannot be taken back any more. Choose what colleagues see instead."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is said after a word; `undo` takes it back."""

    sentence: str
    undo: str = ""
    is_refusal: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def sharing(request: SignedInRequest, pk: int) -> HttpResponse:
    """The panel, or its page; POST says how much of the email colleagues see."""
    email = get_own_email(request.user, pk)
    now = timezone.now()
    said = outcome_of(request.POST, email, request.user, now) if request.method == "POST" else None
    return answered(request, email, said, now)


def answered(
    request: SignedInRequest, email: Email, said: Outcome | None, now: datetime
) -> HttpResponse:
    """The panel as it is now, with what came of it."""
    if said and not request.htmx and not said.undo:
        note = messages.error if said.is_refusal else messages.success
        note(request, said.sentence)
        return redirect("email-sharing", email.pk)
    part = "emails/sharing_panel.html" if request.htmx else "emails/sharing.html"
    return render(request, part, panel_of(email, now) | {"said": said})


def panel_of(email: Email, now: datetime) -> dict[str, object]:
    """Who sees it and why, what was chosen, and who was let in."""
    matter = matter_of(email)
    ruling = ruling_on(matter)
    why_not = why_not_shown(email.account)
    return {
        "email": email,
        "explained": explain(email, now),
        "choices": [c for c in CHOICES if not why_not or c[0] in ("0", MAILBOX)],
        "chosen": MAILBOX if ruling is None else str(ruling.sight),
        "is_thread": ruling is not None and ruling.identity is None,
        "why_not": why_not,
        "grants": grants_about(matter, email.thread_root, now),
        "grant_form": GrantForm(None, email, now),
    }


def outcome_of(form: QueryDict, email: Email, by: User, now: datetime) -> Outcome:
    """Do what was chosen; 404 for what nobody can choose."""
    try:
        if token := form.get("undo", ""):
            return taken_back(token, email, by, now)
        return chosen(form.get("shows", ""), form.get("scope", EMAIL), email, by, now)
    except SharingForbidden as refusal:
        return Outcome(refusal.sentence, is_refusal=True)


def chosen(shows: str, scope: str, email: Email, by: User, now: datetime) -> Outcome:
    """Say so much of it is shown, or leave it to the mailbox."""
    if shows not in SAID or scope not in (EMAIL, THREAD):
        raise Http404
    matter = matter_of(email, scope)
    former = said(matter, shows, by, now)
    what = "The whole conversation" if matter.is_thread else "This email"
    return Outcome(f"{what} {SAID[shows]}", undoing.written(email, scope, former))


def said(matter: Matter, shows: str, by: User, now: datetime) -> Former:
    """Write the word down."""
    if shows == MAILBOX:
        return lift(matter, by, now)
    return rule(matter, Sight(int(shows)), by, now)


def taken_back(token: str, email: Email, by: User, now: datetime) -> Outcome:
    """Have it as it was."""
    found = undoing.read(email, token)
    if found is None:
        return Outcome(TOO_LATE, is_refusal=True)
    take_back(*found, by, now)
    return Outcome("It is as it was before.")
