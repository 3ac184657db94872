"""Accept an invitation: open the link, choose a password, be in.

The link's token comes by a form and never by an address, so no log, history or Referer has it; the
session keeps its digest alone. (A Referrer-Policy of `no-referrer` would take the form's Origin.)
"""

from typing import Any, Final

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from postroom.oauth.colleagues import find_provider
from postroom.team.door import may_use_password
from postroom.team.invites import InviteOver, accept, digest_of, get_invite, get_invite_by
from postroom.team.models import Invite, User

KEPT: Final = "invite"
"""In the session: the digest of the invite whose link was opened."""


class TokenForm(forms.Form):
    """The link, or its last part, where no script takes it from the address."""

    token = forms.CharField(
        label="Link from the email",
        max_length=600,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class PasswordForm(forms.Form):
    """The password of one's own."""

    email = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )

    def __init__(self, typed: Any, user: User) -> None:
        super().__init__(typed, initial={"email": user.email})
        self.user = user
        if not may_use_password(user):
            del self.fields["password"]

    def clean_password(self) -> str:
        """One that is not easily guessed."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self.user)
        return password


@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Where the link leads. A script posts what stands behind its `#`, and removes it there."""
    if request.method != "POST":
        return render(request, "you/join.html", {"form": TokenForm()})
    form = TokenForm(request.POST)
    token = form.data.get("token", "").strip().rpartition("#")[2]
    try:
        get_invite(token, timezone.now())
    except InviteOver:
        return over(request)
    request.session[KEPT] = digest_of(token)
    return redirect("join-password")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose a password, and be signed in."""
    digest = str(request.session.get(KEPT, ""))
    try:
        invite = get_invite_by(digest, timezone.now())
        form = PasswordForm(
            request.POST if request.method == "POST" else None, guest_as_user(invite)
        )
        if form.is_valid():
            chosen = form.cleaned_data.get("password")
            return come_in(request, accept(digest, chosen, timezone.now()))
    except InviteOver:
        return over(request)
    context, status = {"invite": invite, "form": form}, 422 if form.errors else 200
    context["provider"] = find_provider()
    return render(request, "you/join_password.html", context, status=status)


def guest_as_user(invite: Invite) -> User:
    """Who the guest will be, for what a password is held against."""
    kept = {"email": invite.email, "name": invite.name, "is_administrator": invite.is_administrator}
    return User(**kept)


def come_in(request: HttpRequest, user: User) -> HttpResponse:
    """They just chose their password: the session, begun anew, need not ask for it again.

    Without one, they sign in where the organisation does.
    """
    request.session.flush()
    if not user.has_usable_password():
        return redirect("elsewhere-start")
    record_authentication(request, user, "password", reauthenticated=True)
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url="/"))
    return response


def over(request: HttpRequest) -> HttpResponse:
    """The one page for every link that opens nothing, whyever."""
    request.session.pop(KEPT, None)
    return render(request, "you/join_over.html", status=410)
