"""Setup › Profiles: what their users may do. Administrators alone change it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.team.models import Permission, Profile, User
from postroom.team.profiles import allowed_by, remove_profile, save_profile
from postroom.team.users import ADMINISTRATOR
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in

EXPLAINED = {
    Permission.INTEGRATE_EMAIL: "connect their own mailbox.",
    Permission.MANAGE_EMAIL_SETTINGS: (
        "see how everyone’s mailboxes are doing, pause and resume them, and set one up for a"
        " colleague. Never what is in them."
    ),
    Permission.MANAGE_USERS: "give profiles, end and restore the access of colleagues.",
}


@require_safe
@signed_in
@administrators_only
def profiles(request: SignedInRequest) -> HttpResponse:
    """All profiles, and how many have each."""
    Profile.default()
    ordinary = User.objects.filter(is_administrator=False)
    without = ordinary.filter(profile__isnull=True).count()
    rows = [
        (profile, allowed_by(profile), profile.number + (without if profile.is_default else 0))
        for profile in Profile.objects.annotate(number=Count("users")).order_by(
            "-is_default", "name"
        )
    ]
    administrators = User.objects.filter(is_administrator=True).count()
    context = {"room": "setup", "rows": rows, "administrators": administrators}
    return render(request, "team/profiles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def new(request: SignedInRequest) -> HttpResponse:
    """Add a profile."""
    return written(request, Profile())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def profile(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a profile; it holds at once for all who have it."""
    return written(request, get_object_or_404(Profile, pk=pk))


@require_POST
@signed_in
@administrators_only
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a profile; its users have the default one then."""
    profile = get_object_or_404(Profile, pk=pk, is_default=False)
    remove_profile(profile, request.user, timezone.now())
    messages.success(request, f"{profile} is removed. Its users have {Profile.default()} now.")
    return redirect("profiles")


def written(request: SignedInRequest, profile: Profile) -> HttpResponse:
    """The form, or the list after it was saved."""
    form = ProfileForm(request.POST or None, profile)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        save_profile(profile, entered["name"], entered["permissions"], request.user, timezone.now())
        messages.success(request, f"{profile} is saved.")
        return redirect("profiles")
    context = {"room": "setup", "profile": profile, "form": form}
    return render(request, "team/profile.html", context, status=422 if form.errors else 200)


class ProfileForm(forms.Form):
    """A name, and what is allowed."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    permissions = forms.MultipleChoiceField(
        label="Its users may",
        choices=[(p, f"{p.label} – {EXPLAINED[p]}") for p in Permission],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, typed: Any, profile: Profile) -> None:
        begun = {"name": profile.name, "permissions": profile.permissions}
        super().__init__(typed, initial=begun)
        self.profile = profile

    def clean_name(self) -> str:
        """A name of its own; administrators have none of these."""
        name = str(self.cleaned_data["name"])
        others = Profile.objects.exclude(pk=self.profile.pk).filter(name__iexact=name)
        if others.exists() or name.casefold() == ADMINISTRATOR.casefold():
            raise forms.ValidationError("There is a profile of this name already.")
        return name
