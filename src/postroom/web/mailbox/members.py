"""The members of a team mailbox, who see all of its mail: its owner alone adds and removes them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.accounts.members import add_member, possible_members, remove_member
from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account
from postroom.team.models import User
from postroom.web.mailbox.access import get_own_account
from postroom.web.sign_in import SignedInRequest, signed_in


class MemberForm(forms.Form):
    """A colleague to be added."""

    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Colleague",
        empty_label="Choose a colleague",
        error_messages={
            "required": "Choose the colleague to add.",
            "invalid_choice": "Nobody was added: this colleague cannot sign in, or is one already.",
        },
    )

    def __init__(self, account: EmailAccount, typed: Any = None) -> None:
        super().__init__(typed)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = possible_members(account)


def member_context(account: EmailAccount) -> dict[str, object]:
    """What the section shows."""
    members = list(account.memberships.select_related("user"))
    form = MemberForm(account) if possible_members(account).exists() else None
    return {"members": members, "member_form": form}


@require_POST
@signed_in
def members(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add a colleague."""
    account = get_own_account(request.user, pk)
    form = MemberForm(account, request.POST)
    if form.is_valid():
        user = form.cleaned_data["user"]
        add_member(account, user, request.user, timezone.now())
        messages.success(request, f"{user} sees and handles the emails of {account} now.")
        announce_account(account.pk)
    else:
        messages.error(request, " ".join(map(str, form.errors["user"])))
    return redirect("account", account.pk)


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int, user: int) -> HttpResponse:
    """Take a member out; they see nothing more of it at once."""
    account = get_own_account(request.user, pk)
    member = get_object_or_404(User, memberships__account=account, pk=user)
    remove_member(account, member, request.user, timezone.now())
    messages.success(request, f"{member} is no member of {account} any more.")
    announce_account(account.pk)
    return redirect("account", account.pk)
