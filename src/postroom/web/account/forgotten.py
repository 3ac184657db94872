"""A forgotten password: ask for a link, open it, choose a new one, be asked for the second factor.

The link is handled as an invitation's is: its token comes by a form, the session keeps its digest.
"""

from typing import Final

from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from postroom.engine.forgotten import start_answering
from postroom.mime import canonical_address
from postroom.outbox.ways import find_relay
from postroom.team.invites import digest_of
from postroom.team.password_links import LinkOver, choose_password, get_password_link
from postroom.web.account.joining import PasswordForm, TokenForm, come_in

KEPT: Final = "password-link"
"""In the session: the digest of the link that was opened."""


class AddressForm(forms.Form):
    """Whose password it is."""

    email = forms.EmailField(
        max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    def clean_email(self) -> str:
        """An address as it is kept."""
        address = canonical_address(self.cleaned_data["email"])
        if not address:
            raise forms.ValidationError("Write the address like name@example.com.")
        return address


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link. The answer is the same for every address, whoever has it."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "can_send": find_relay() is not None, "is_asked": False}
    if form.is_valid():
        email = form.cleaned_data["email"]
        if not ratelimit.consume(request, action="reset_password", key=email):
            return render(request, "429.html", status=429)
        start_answering(email)
        context["is_asked"] = True
    status = 422 if form.errors else 200
    return render(request, "account/forgotten.html", context, status=status)


@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Where the link leads. A script posts what stands behind its `#`, and removes it there."""
    if request.method != "POST":
        return render(request, "account/password_link.html", {"form": TokenForm()})
    digest = digest_of(request.POST.get("token", "").strip().rpartition("#")[2])
    try:
        get_password_link(digest, timezone.now())
    except LinkOver:
        return over(request)
    request.session[KEPT] = digest
    return redirect("new-password")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a password, and be signed in, by way of the second factor if there is one."""
    digest = str(request.session.get(KEPT, ""))
    try:
        user = get_password_link(digest, timezone.now()).user
        form = PasswordForm(request.POST if request.method == "POST" else None, user)
        if form.is_valid():
            chosen = form.cleaned_data["password"]
            return come_in(request, choose_password(digest, chosen, timezone.now()))
    except LinkOver:
        return over(request)
    context, status = {"shown": user, "form": form}, 422 if form.errors else 200
    return render(request, "account/new_password.html", context, status=status)


def over(request: HttpRequest) -> HttpResponse:
    """The one page for every link that opens nothing, whyever."""
    request.session.pop(KEPT, None)
    return render(request, "account/password_link_over.html", status=410)
