"""Setup › Sign-in: whether a second factor is wanted, and where colleagues sign in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from postroom.oauth.checking import Check
from postroom.oauth.colleagues import (
    ProviderEntry,
    find_provider,
    keep_provider,
    redirect_url,
    remove_provider,
)
from postroom.oauth.colleagues_checking import check_provider
from postroom.oauth.errors import SignInStopped
from postroom.oauth.models import Binding, ColleagueProvider
from postroom.team.door import change_rules
from postroom.team.models import Organisation
from postroom.web.mailbox.forms import typed
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in


class RulesForm(forms.Form):
    """What everyone has to do to come in."""

    second_factor_required = forms.BooleanField(
        label="Everyone needs a second factor",
        required=False,
        help_text="Who has none adds one at the next sign-in, before anything else opens.",
    )
    passwords_for_all = forms.BooleanField(
        label="Everyone may sign in with a password",
        required=False,
        help_text="Off: only administrators may, so that they get in when the provider is down.",
    )

    def __init__(self, given: Any, provider: ColleagueProvider | None) -> None:
        organisation = Organisation.get()
        kept = {name: getattr(organisation, name) for name in self.base_fields}
        super().__init__(given, initial=kept)
        if provider is None:
            del self.fields["passwords_for_all"]


class ProviderForm(forms.Form):
    """The provider, and Postroom as it knows it."""

    name = forms.CharField(label="Name on the button", max_length=60, help_text="Sign in with …")
    discovery_url = forms.URLField(
        label="Address of the provider (issuer)",
        max_length=450,
        assume_scheme="https",
        widget=forms.URLInput(attrs=typed(placeholder="https://login.example.com/realms/staff")),
    )
    client_id = forms.CharField(
        label="Client ID", max_length=500, widget=forms.TextInput(attrs=typed(autocomplete="off"))
    )
    secret = forms.CharField(
        label="Client secret",
        max_length=1000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, given: Any, kept: ColleagueProvider | None) -> None:
        names = ("name", "discovery_url", "client_id")
        super().__init__(given, initial={name: getattr(kept, name, "") for name in names})
        if kept and kept.secret:
            self.fields["secret"].help_text = "Empty: it stays as it is."


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def rules(request: SignedInRequest) -> HttpResponse:
    """What holds for everyone's sign-in."""
    provider = find_provider()
    form = RulesForm(request.POST if request.method == "POST" else None, provider)
    if form.is_valid():
        change_rules(form.cleaned_data, request.user, timezone.now())
        messages.success(request, "Saved. It holds from everyone’s next sign-in on.")
        return redirect("door")
    bound = Binding.objects.count()
    context = {"room": "setup", "form": form, "provider": provider, "bound": bound}
    return render(request, "team/door.html", context)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def provider(request: SignedInRequest) -> HttpResponse:
    """The form for the provider."""
    form = ProviderForm(request.POST or None, find_provider())
    if request.method == "POST" and form.is_valid():
        try:
            keep_provider(ProviderEntry(**form.cleaned_data), request.user, timezone.now())
        except SignInStopped as failure:
            form.add_error("discovery_url", failure.sentence)
        else:
            messages.success(request, "The provider is saved. Test it before people rely on it.")
            return redirect("door-provider")
    return provider_page(request, form)


@require_POST
@signed_in
@administrators_only
def test(request: SignedInRequest) -> HttpResponse:
    """Try the provider, and say of each thing whether it is well."""
    kept = find_provider()
    if kept is None:
        raise Http404
    checks = list(check_provider(kept, timezone.now()))
    return provider_page(request, ProviderForm(None, kept), checks)


@require_POST
@signed_in
@administrators_only
def removal(request: SignedInRequest) -> HttpResponse:
    """Nobody signs in there any more; everyone may use their password."""
    remove_provider(request.user, timezone.now())
    messages.success(request, "The provider is removed. Everyone signs in with a password.")
    return redirect("door")


def provider_page(
    request: SignedInRequest, form: ProviderForm, checks: list[Check] | None = None
) -> HttpResponse:
    """The page of the provider."""
    context = {
        "room": "setup",
        "form": form,
        "provider": find_provider(),
        "checks": checks,
        "redirect": redirect_url(),
    }
    status = 422 if form.errors else 200
    return render(request, "team/door_provider.html", context, status=status)
