"""Hand a mailbox to a colleague, alone or with a team: what that means is said first.

Its owner may; an administrator once the owner's access is over, and learns no password by it.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.accounts.access import accounts_for
from postroom.accounts.handing_over import (
    HandingOver,
    HandingOverRefused,
    may_hand_over,
    possible_owners,
)
from postroom.accounts.models import EmailAccount
from postroom.accounts.sharing_rules import in_force_of
from postroom.accounts.terms import holding, in_words
from postroom.cleanup.stock import number_of_emails
from postroom.crm.tasks import still_open, tasks_of
from postroom.engine.handing_over import hand_mailbox_over
from postroom.rules.handing_over import rules_for
from postroom.team.models import User
from postroom.web.mailbox.access import get_account
from postroom.web.sign_in import SignedInRequest, signed_in

SHARINGS = (
    ("end", "End it: only the new owner and the members see these emails"),
    ("keep", "Keep it: colleagues see what they see now"),
)


class HandingOverForm(forms.Form):
    """Who is to have it, who else handles it, and what becomes of its sharing."""

    to = forms.ModelChoiceField(
        User.objects.none(),
        label="New owner",
        empty_label="Choose a colleague",
        error_messages={"required": "Choose who is to have the mailbox."},
    )
    members = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label="Members of its team",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They see and handle all of its emails too. For a mailbox of the organisation.",
    )
    sharing = forms.ChoiceField(
        label="Its sharing", choices=SHARINGS, widget=forms.RadioSelect, initial="end"
    )

    tasks = forms.BooleanField(required=False)

    def __init__(self, account: EmailAccount, sent: Any = None) -> None:
        super().__init__(sent)
        number = still_open(tasks_of(account.owner)).count()
        self.fields["tasks"].label = f"Give the new owner the open tasks too ({number})"
        if not number:
            del self.fields["tasks"]
        for name, users in (
            ("to", possible_owners(account)),
            ("members", User.objects.filter(is_active=True).exclude(pk=account.owner_id)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
            field.queryset = users

    @property
    def wish(self) -> HandingOver:
        """What was entered; an owner is no member."""
        entered = self.cleaned_data
        members = [member for member in entered["members"] if member != entered["to"]]
        keeps, with_tasks = entered["sharing"] == "keep", entered.get("tasks", False)
        return HandingOver(entered["to"], members, keeps, with_tasks)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def handing_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what it means, and do it."""
    account = get_account(request.user, pk)
    if not may_hand_over(account, request.user):
        raise Http404
    form = HandingOverForm(account, request.POST if request.method == "POST" else None)
    if form.is_valid() and handed(request, account, form):
        return where_it_is_seen(request, account)
    context = {
        "room": "setup",
        "account": account,
        "form": form,
        "emails": number_of_emails(account),
        "sharing": in_words(holding(in_force_of(account))),
        "rules": rules_for(account, account.owner),
        "is_own": account.owner_id == request.user.pk,
    }
    status = 422 if form.errors else 200
    return render(request, "email_configuration/handing_over.html", context, status=status)


def where_it_is_seen(request: SignedInRequest, account: EmailAccount) -> HttpResponse:
    """Its page, for whoever still sees that; else one's own mailboxes."""
    if accounts_for(request.user).filter(pk=account.pk).exists():
        return redirect("account", account.pk)
    return redirect("email-configuration")


def handed(request: SignedInRequest, account: EmailAccount, form: HandingOverForm) -> bool:
    """Hand it over, or say at the form why not."""
    try:
        hand_mailbox_over(account, form.wish, request.user, timezone.now())
    except HandingOverRefused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    messages.success(request, f"{account} is the mailbox of {form.wish.to} now.")
    return True
