"""Take emails along as a file: of a person, a conversation, a mailbox of one's own.

The page says first what would be in it and what would not; the file says it again.
"""

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.accounts.access import accounts_for
from postroom.accounts.members import mailboxes_of
from postroom.crm.models import Person
from postroom.export.kinds import LABELS, Kind
from postroom.export.selections import Selection, of_account, of_person, of_thread
from postroom.export.streaming import exported
from postroom.web.emails.access import get_email
from postroom.web.mailbox.access import found
from postroom.web.sign_in import SignedInRequest, signed_in

asked_or_taken = require_http_methods(["GET", "HEAD", "POST"])


class KindForm(forms.Form):
    """In which form."""

    kind = forms.ChoiceField(
        label="As", choices=[(kind.value, LABELS[kind]) for kind in Kind], initial=Kind.MBOX
    )


@asked_or_taken
@signed_in
def person(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """A person's emails."""
    person = get_object_or_404(Person, pk=pk)
    return export(request, of_person(person), reverse("person", args=[pk]))


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
    return export(request, of_account(account), reverse("account", args=[pk]))


def export(request: SignedInRequest, selection: Selection, back: str) -> HttpResponseBase:
    """Show what would be in it, or give it."""
    form = KindForm(request.POST or None)
    if form.is_valid():
        kind = Kind(form.cleaned_data["kind"])
        return exported(selection, request.user, kind, timezone.now())
    readable = selection.readable(request.user)
    whole = readable.filter(raw__isnull=False).count()
    context = {"form": form, "selection": selection, "back": back, "whole": whole}
    context["not_here"] = readable.count() - whole
    context["in_part"] = selection.visible(request.user).count() - readable.count()
    return render(request, "export/export.html", context)
