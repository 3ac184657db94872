"""Setup › Users › Invite: who is to come in, by a link that is sent or shown once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from postroom.mime import canonical_address
from postroom.outbox.at_once import NotSent
from postroom.outbox.invitations import link_of, send_invitation
from postroom.team.invites import LASTS, Guest, invite, invite_again, open_invites, withdraw
from postroom.team.models import Invite, Permission, Profile, User
from postroom.team.users import ADMINISTRATOR, ChangeRefused
from postroom.web.permission import needs
from postroom.web.refusals import refusals_told
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.team.choices import (
    TO_ADMINISTRATOR,
    choose,
    find_role,
    profile_choices,
    role_choices,
)


class InviteForm(forms.Form):
    """A name, an address, and what they may do."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    profile = forms.ChoiceField()
    role = forms.ChoiceField(required=False)

    def __init__(self, typed: Any, by: User) -> None:
        super().__init__(typed, initial={"profile": str(Profile.default().pk)})
        self.by = by
        choose(self, "profile", profile_choices())
        choose(self, "role", role_choices(by))
        if len(role_choices(by)) == 1:
            del self.fields["role"]

    def clean_email(self) -> str:
        """An address as it is kept."""
        address = canonical_address(self.cleaned_data["email"])
        if not address:
            raise forms.ValidationError("Write the address like name@example.com.")
        return address

    def guest(self) -> Guest:
        """Who was typed."""
        entered = self.cleaned_data
        is_administrator = entered["profile"] == TO_ADMINISTRATOR
        chosen = None if is_administrator else Profile.objects.get(pk=entered["profile"])
        return Guest(
            email=entered["email"],
            name=entered["name"],
            profile=None if chosen is None or chosen.is_default else chosen,
            role=find_role(entered.get("role", "")),
            is_administrator=is_administrator,
        )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@needs(Permission.MANAGE_USERS)
def new(request: SignedInRequest) -> HttpResponse:
    """Invite somebody."""
    form = InviteForm(request.POST or None, request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made, token = invite(form.guest(), request.user, timezone.now())
        except ChangeRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return sent(request, made, token)
    context = {"room": "setup", "form": form, "days": LASTS.days}
    return render(request, "team/new_invite.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
@needs(Permission.MANAGE_USERS)
def renewal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send another link; the one before opens nothing then."""
    kept = get_object_or_404(open_invites(), pk=pk)
    try:
        token = invite_again(kept, request.user, timezone.now())
    except ChangeRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("users")
    return sent(request, Invite.objects.select_related("invited_by").get(pk=pk), token)


@require_POST
@signed_in
@needs(Permission.MANAGE_USERS)
def withdrawal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    kept = get_object_or_404(open_invites(), pk=pk)
    with refusals_told(request):
        withdraw(kept, request.user, timezone.now())
        messages.success(request, f"The invitation of {kept.email} is withdrawn.")
    return redirect("users")


def sent(request: SignedInRequest, kept: Invite, token: str) -> HttpResponse:
    """Send the link; where that cannot be, show it this once."""
    try:
        send_invitation(kept, token, timezone.now())
    except NotSent as failure:
        context = {"room": "setup", "invite": kept, "link": link_of(token)}
        return render(request, "team/invite_link.html", context | {"why": failure.sentence})
    messages.success(request, f"The invitation went to {kept.email}. It holds {LASTS.days} days.")
    return redirect("users")


def pending() -> list[tuple[Invite, str, bool]]:
    """The open invites: each, what its guest will be, and whether it is too old."""
    now = timezone.now()
    kept = open_invites().select_related("profile", "invited_by")
    return [(each, profile_of_guest(each), each.is_over(now)) for each in kept]


def profile_of_guest(kept: Invite) -> str:
    """The profile in a word."""
    return ADMINISTRATOR if kept.is_administrator else (kept.profile or Profile.default()).name
