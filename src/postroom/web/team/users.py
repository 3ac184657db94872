"""Setup › Users: who signs in here, with which profile, and whether they still may."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.accounts.handing_over import may_hand_over
from postroom.accounts.models import EmailAccount
from postroom.oauth.colleagues import unbind
from postroom.team.models import Permission, Profile, User
from postroom.team.password_links import may_have_password
from postroom.team.roles import give_role
from postroom.team.second_factors import factors_of, remove_factors
from postroom.team.users import (
    ChangeRefused,
    give_profile,
    profile_name_of,
    set_active,
    sign_out_everywhere,
)
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
from postroom.web.team.invites import pending
from postroom.web.team.tasks_left import TasksLeft, tasks_left_by

PAGE = 50


@require_safe
@signed_in
@needs(Permission.MANAGE_USERS)
def users(request: SignedInRequest) -> HttpResponse:
    """The list, searched by name and address."""
    words = request.GET.get("q", "").replace("\0", "")[:200]
    Profile.default()
    page = Paginator(found(words), PAGE).get_page(request.GET.get("page"))
    rows = [(user, profile_name_of(user)) for user in page]
    invited = [] if words else pending()
    context = {"room": "setup", "words": words, "rows": rows, "page": page, "invited": invited}
    return render(request, "team/users.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@needs(Permission.MANAGE_USERS)
def user(request: SignedInRequest, pk: int) -> HttpResponse:
    """One user, and which profile and role they have."""
    user = get_object_or_404(User.objects.select_related("profile", "role"), pk=pk)
    form = Standing(request.POST or None, user, request.user)
    if request.method == "POST" and form.is_valid() and form.give(timezone.now()):
        messages.success(request, f"{user} has the profile {profile_name_of(user)} now.")
        return redirect("user", user.pk)
    context = {
        "room": "setup",
        "shown": user,
        "form": form,
        "is_self": user == request.user,
        "has_password": user != request.user and may_have_password(user),
        "factors": factors_of(user),
        "bindings": user.bindings.all(),
        "left": left_by(user, request.user),
        "tasks_left": tasks_left_by(user),
        "tasks_form": TasksLeft(),
    }
    return render(request, "team/user.html", context, status=422 if form.errors else 200)


def left_by(user: User, viewer: User) -> list[EmailAccount]:
    """The mailboxes that a leaver left, and the viewer may hand over."""
    accounts = user.email_accounts.select_related("owner")
    return [each for each in accounts if user != viewer and may_hand_over(each, viewer)]


@require_POST
@signed_in
@needs(Permission.MANAGE_USERS)
def access(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a user in, or out at once."""
    user = get_object_or_404(User, pk=pk)
    is_active = request.POST.get("access") == "restore"
    with refusals_told(request):
        set_active(user, request.user, timezone.now(), is_active=is_active)
        word = "can sign in again" if is_active else "cannot sign in any more and sees nothing"
        messages.success(request, f"{user} {word}.")
    return redirect("user", user.pk)


@require_POST
@signed_in
@needs(Permission.MANAGE_USERS)
def sessions_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign a user out of every browser; they may sign in again."""
    user = get_object_or_404(User, pk=pk)
    with refusals_told(request):
        sign_out_everywhere(user, request.user, timezone.now())
        messages.success(request, f"{user} is signed out everywhere.")
    return redirect("user", user.pk)


@require_POST
@signed_in
@needs(Permission.MANAGE_USERS)
def factors_removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the second factors from who lost them."""
    user = get_object_or_404(User, pk=pk)
    with refusals_told(request):
        remove_factors(user, request.user, timezone.now())
        messages.success(request, f"{user} has no second factor any more.")
    return redirect("user", user.pk)


@require_POST
@signed_in
@needs(Permission.MANAGE_USERS)
def unbinding(request: SignedInRequest, pk: int) -> HttpResponse:
    """Forget as whom a user signs in at the organisation's provider."""
    user = get_object_or_404(User, pk=pk)
    with refusals_told(request):
        unbind(user, request.user, timezone.now())
        messages.success(request, f"The next sign-in by the address of {user} is bound to them.")
    return redirect("user", user.pk)


def found(words: str) -> QuerySet[User]:
    """The users whose name or address holds every word."""
    users = User.objects.select_related("profile")
    for word in words.split():
        users = users.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return users


class Standing(forms.Form):
    """Which profile and role a user has; what one may not give is refused when it is chosen."""

    profile = forms.ChoiceField()
    role = forms.ChoiceField(required=False)

    def __init__(self, typed: object, user: User, by: User) -> None:
        own = user.profile or Profile.default()
        now = TO_ADMINISTRATOR if user.is_administrator else str(own.pk)
        held = {"profile": now, "role": str(user.role_id or "")}
        super().__init__(typed, initial=held)  # type: ignore[arg-type]
        self.user, self.by = user, by
        choose(self, "profile", profile_choices())
        choose(self, "role", role_choices(by, user.role))

    def give(self, now: datetime) -> bool:
        """Give both or nothing; False, with the reason at the field, when it is not to be given."""
        chosen = self.cleaned_data["profile"]
        profile = None if chosen == TO_ADMINISTRATOR else Profile.objects.filter(pk=chosen).first()
        role = find_role(self.cleaned_data["role"])
        if chosen != TO_ADMINISTRATOR and profile is None:
            self.add_error("profile", "This profile was removed meanwhile. Choose another one.")
            return False
        field = "profile"
        try:
            with transaction.atomic():
                give_profile(self.user, profile, self.by, now)
                field = "role"
                give_role(self.user, role, self.by, now)
        except ChangeRefused as refusal:
            self.add_error(field, refusal.sentence)
            return False
        return True
