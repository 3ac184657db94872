"""What may be chosen for a user: profiles and roles, as far as whoever chooses may give them."""

from typing import Final

from django import forms

from postroom.team.models import Profile, Role, User
from postroom.team.roles import below, tree
from postroom.team.users import ADMINISTRATOR

TO_ADMINISTRATOR: Final = "administrator"
NO_ROLE: Final = ("", "No role")


def profile_choices() -> list[tuple[str, str]]:
    """All profiles, and the one that is none."""
    named = [(str(profile.pk), profile.name) for profile in Profile.objects.all()]
    return [*named, (TO_ADMINISTRATOR, f"{ADMINISTRATOR} – may everything")]


def role_choices(by: User, held: Role | None = None) -> list[tuple[str, str]]:
    """No role, and those that may be given, as the tree has them; also the one that is held."""
    if by.is_administrator:
        allowed = {place.role.pk for place in tree()}
    else:
        allowed = below(by.role) if by.role else set()
    if held:
        allowed.add(held.pk)
    places = [place for place in tree() if place.role.pk in allowed]
    return [NO_ROLE, *((str(p.role.pk), "– " * p.depth + p.role.name) for p in places)]


def choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    """Offer these choices in a field."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so
    field.choices = choices


def find_role(chosen: str) -> Role | None:
    """The role that was chosen among those offered, or none."""
    return Role.objects.filter(pk=chosen).first() if chosen else None
