"""Setup › Users: who signs in here, with which profile, and whether they still may."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.team.models import Permission, Profile, User
from postroom.team.users import (
    ADMINISTRATOR,
    ChangeRefused,
    give_profile,
    profile_name_of,
    set_active,
)
from postroom.web.permission import needs
from postroom.web.sign_in import SignedInRequest, signed_in

PAGE = 50
TO_ADMINISTRATOR = "administrator"


@require_safe
@signed_in
@needs(Permission.MANAGE_USERS)
def users(request: SignedInRequest) -> HttpResponse:
    """The list, searched by name and address."""
    words = request.GET.get("q", "").replace("\0", "")[:200]
    Profile.default()
    page = Paginator(found(words), PAGE).get_page(request.GET.get("page"))
    rows = [(user, profile_name_of(user)) for user in page]
    context = {"room": "setup", "words": words, "rows": rows, "page": page}
    return render(request, "team/users.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@needs(Permission.MANAGE_USERS)
def user(request: SignedInRequest, pk: int) -> HttpResponse:
    """One user, and which profile they have."""
    user = get_object_or_404(User.objects.select_related("profile"), pk=pk)
    form = ProfileChoice(request.POST or None, user)
    if request.method == "POST" and form.is_valid() and form.give(request.user, timezone.now()):
        messages.success(request, f"{user} has the profile {profile_name_of(user)} now.")
        return redirect("user", user.pk)
    context = {"room": "setup", "shown": user, "form": form, "is_self": user == request.user}
    return render(request, "team/user.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
@needs(Permission.MANAGE_USERS)
def access(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a user in, or out at once."""
    user = get_object_or_404(User, pk=pk)
    is_active = request.POST.get("access") == "restore"
    try:
        set_active(user, request.user, timezone.now(), is_active=is_active)
    except ChangeRefused as refusal:
        messages.error(request, refusal.sentence)
    else:
        word = "can sign in again" if is_active else "cannot sign in any more and sees nothing"
        messages.success(request, f"{user} {word}.")
    return redirect("user", user.pk)


def found(words: str) -> QuerySet[User]:
    """The users whose name or address holds every word."""
    users = User.objects.select_related("profile")
    for word in words.split():
        users = users.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return users


class ProfileChoice(forms.Form):
    """Which profile a user has; what one may not give is refused when it is chosen."""

    profile = forms.ChoiceField(label="Profile")

    def __init__(self, typed: object, user: User) -> None:
        own = user.profile or Profile.default()
        now = TO_ADMINISTRATOR if user.is_administrator else str(own.pk)
        super().__init__(typed, initial={"profile": now})  # type: ignore[arg-type]
        self.user = user
        named = [(str(profile.pk), profile.name) for profile in Profile.objects.all()]
        field = self.fields["profile"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [*named, (TO_ADMINISTRATOR, f"{ADMINISTRATOR} – may everything")]

    def give(self, by: User, now: datetime) -> bool:
        """Give the profile; False, with the reason at the field, when it is not theirs to give."""
        chosen = self.cleaned_data["profile"]
        profile = None if chosen == TO_ADMINISTRATOR else Profile.objects.filter(pk=chosen).first()
        if chosen != TO_ADMINISTRATOR and profile is None:
            self.add_error("profile", "This profile was removed meanwhile. Choose another one.")
            return False
        try:
            give_profile(self.user, profile, by, now)
        except ChangeRefused as refusal:
            self.add_error("profile", refusal.sentence)
            return False
        return True
