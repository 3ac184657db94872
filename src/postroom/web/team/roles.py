"""Setup › Roles: the hierarchy, and who has which role. Administrators alone change it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.team.models import Role
from postroom.team.roles import below, remove_role, save_role, tree
from postroom.team.users import ChangeRefused
from postroom.web.permission import administrators_only
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.team.choices import choose

TOP = ("", "Nobody: at the top")


class RoleForm(forms.Form):
    """A name, and whom it stands below."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    superior = forms.ChoiceField(label="Reports to", required=False)

    def __init__(self, typed: Any, role: Role) -> None:
        super().__init__(
            typed, initial={"name": role.name, "superior": str(role.superior_id or "")}
        )
        self.role = role
        choose(self, "superior", [TOP, *others(role)])

    def clean_name(self) -> str:
        """A name of its own."""
        name = str(self.cleaned_data["name"])
        if Role.objects.exclude(pk=self.role.pk).filter(name__iexact=name).exists():
            raise forms.ValidationError("There is a role of this name already.")
        return name


@require_safe
@signed_in
@administrators_only
def roles(request: SignedInRequest) -> HttpResponse:
    """The tree."""
    return render(request, "team/roles.html", {"room": "setup", "places": tree()})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def new(request: SignedInRequest) -> HttpResponse:
    """Add a role."""
    return written(request, Role())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def role(request: SignedInRequest, pk: int) -> HttpResponse:
    """Rename or move a role."""
    return written(request, get_object_or_404(Role, pk=pk))


@require_POST
@signed_in
@administrators_only
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a role; its users and reports go where it is said."""
    role = get_object_or_404(Role, pk=pk)
    try:
        heir = chosen(request.POST.get("heir", ""))
        remove_role(role, heir, request.user, timezone.now())
    except ChangeRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("role", pk)
    messages.success(request, f"{role} is removed.")
    return redirect("roles")


def written(request: SignedInRequest, role: Role) -> HttpResponse:
    """The form, or the tree after it was saved."""
    form = RoleForm(request.POST or None, role)
    if request.method == "POST" and form.is_valid() and saved(request, form):
        messages.success(request, f"{role} is saved.")
        return redirect("roles")
    context = {
        "room": "setup",
        "role": Role.objects.filter(pk=role.pk).first() or role,
        "form": form,
        "heirs": others(role),
        "users": list(role.user_set.all()) if role.pk else [],
        "reports": len(below(role)) if role.pk else 0,
    }
    return render(request, "team/role.html", context, status=422 if form.errors else 200)


def saved(request: SignedInRequest, form: RoleForm) -> bool:
    """Save what was typed; False, with the reason at its field, when it cannot be so."""
    entered = form.cleaned_data
    try:
        superior = chosen(entered["superior"])
        save_role(form.role, entered["name"], superior, request.user, timezone.now())
    except ChangeRefused as refusal:
        form.add_error("superior", refusal.sentence)
        return False
    return True


def others(role: Role) -> list[tuple[str, str]]:
    """All other roles to choose from, as the tree has them."""
    places = [place for place in tree() if place.role.pk != role.pk]
    return [(str(p.role.pk), "– " * p.depth + p.role.name) for p in places]


def chosen(text: str) -> Role | None:
    """The role that was chosen, or none. Raises ChangeRefused if it is gone."""
    if not text:
        return None
    try:
        return Role.objects.get(pk=parse_row_id(text))
    except (ValueError, Role.DoesNotExist):
        raise ChangeRefused("That role was removed meanwhile. Choose another one.") from None
