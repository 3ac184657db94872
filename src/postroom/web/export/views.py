"""Take emails along as a file: of a person, a conversation, a mailbox of one's own.

The page says first what would be in it and what would not; the file says it again.
"""

from uuid import uuid4

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.accounts.access import accounts_for
from postroom.accounts.members import mailboxes_of
from postroom.crm.models import Person, Stage
from postroom.export.kinds import LABELS, Kind
from postroom.export.selections import Selection, of_account, of_person, of_thread
from postroom.export.streaming import exported
from postroom.web.emails.access import get_email
from postroom.web.long_work.progress import Telling, find_stopped
from postroom.web.mailbox.access import found
from postroom.web.people.views import ROOMS
from postroom.web.sign_in import SignedInRequest, signed_in

asked_or_taken = require_http_methods(["GET", "HEAD", "POST"])


class KindForm(forms.Form):
    """In which form."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="As", choices=[(kind.value, LABELS[kind]) for kind in Kind], initial=Kind.MBOX
    )


@asked_or_taken
@signed_in
def person(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """A person's emails."""
    person = get_object_or_404(Person, pk=pk)
    return export(
        request, of_person(person), reverse("person", args=[pk]), ROOMS[Stage(person.stage)]
    )


@asked_or_taken
@signed_in
def thread(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The conversation of an email."""
    email = get_email(request.user, pk)
    return export(request, of_thread(email), reverse("email", args=[pk]))


@asked_or_taken
@signed_in
def account(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """A mailbox of one's own, or of one's team."""
    mailboxes = mailboxes_of(request.user).values("pk")
    account = found(accounts_for(request.user).filter(pk=pk, pk__in=mailboxes))
    return export(request, of_account(account), reverse("account", args=[pk]), "setup")


def export(
    request: SignedInRequest, selection: Selection, back: str, room: str = ""
) -> HttpResponseBase:
    """Show what would be in it, or give it."""
    form = KindForm(request.POST or None)
    if form.is_valid():
        return download(request, selection, form)
    readable = selection.readable(request.user)
    whole = readable.filter(raw__isnull=False).count()
    context: dict[str, object] = {
        "room": room,
        "form": form,
        "selection": selection,
        "back": back,
        "whole": whole,
    }
    context["not_here"] = readable.count() - whole
    context |= {"key": uuid4()}
    context["stopped"] = find_stopped(request.user, request.path, timezone.now())
    context["in_part"] = selection.visible(request.user).count() - readable.count()
    return render(request, "export/export.html", context)


def download(request: SignedInRequest, selection: Selection, form: KindForm) -> HttpResponseBase:
    """The file, of which the page asks meanwhile how far it is."""
    now, kind = timezone.now(), Kind(form.cleaned_data["kind"])
    found, key = selection.readable(request.user).count(), form.cleaned_data["key"] or uuid4()
    telling = Telling(request.user, key, request.path, found, now)

    def tell(done: int, is_over: bool) -> None:
        telling.tell(done, done, timezone.now())
        if is_over:
            telling.end(done, timezone.now())

    return exported(selection, request.user, kind, now, tell)
