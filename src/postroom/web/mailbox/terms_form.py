"""The form for a mode, a level and an audience: of a mailbox's owner, and of administrators."""

from dataclasses import replace
from typing import Any

from django import forms

from postroom.accounts.models import Sight
from postroom.accounts.terms import Terms, TermsUnusable
from postroom.team.models import User
from postroom.team.roles import tree

SIGHTS = (
    (Sight.WHEN, "Who and when – no subject, no text"),
    (Sight.SUBJECT, "Subject too – no text, no attachments"),
    (Sight.EVERYTHING, "Everything"),
)
EVERYONE, NAMED = "everyone", "named"
REACHES = ((EVERYONE, "Everyone"), (NAMED, "Certain colleagues and roles"))
UNCHOSEN = "Choose at least one colleague or role, or everyone."


class TermsForm(forms.Form):
    """A mode and, for public and custom, how much is shown to whom."""

    sharing = forms.ChoiceField(
        label="Email Sharing Settings",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who sees these emails."},
    )
    sight = forms.TypedChoiceField(
        label="They see",
        choices=SIGHTS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how much they see."},
    )
    reach = forms.ChoiceField(
        label="Who they are",
        choices=REACHES,
        widget=forms.RadioSelect,
        error_messages={"required": UNCHOSEN},
    )
    to_users = forms.TypedMultipleChoiceField(
        label="Colleagues", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    to_roles = forms.TypedMultipleChoiceField(
        label="Roles", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    terms: Terms | None = None

    def __init__(
        self,
        typed: Any,
        before: Terms | None,
        modes: list[tuple[str, str]],
        apart_from: User | None = None,
    ) -> None:
        """The form as it stands; it names everybody but whose mail it is."""
        super().__init__(typed, initial=initial_of(before))
        named = before or Terms("private")
        choose(self, "sharing", modes)
        choose(self, "to_users", user_choices(named, apart_from))
        choose(self, "to_roles", role_choices(named))
        if typed is not None and typed.get("sharing") not in ("public", "custom"):
            self.fields["sight"].required = self.fields["reach"].required = False
        self.before = before

    @property
    def first_error(self) -> str:
        """What is wrong, where there is no room for all of it."""
        return str(next(iter(self.errors.values()))[0]) if self.errors else ""

    def clean(self) -> dict[str, Any]:
        """Make terms of it; a mode without a reach keeps the one that was there."""
        entered = super().clean() or self.cleaned_data
        if self.errors:
            return entered
        try:
            self.terms = terms_of(entered, self.before)
        except TermsUnusable:
            self.add_error("reach", UNCHOSEN)
        return entered


def terms_of(entered: dict[str, Any], before: Terms | None) -> Terms:
    """What was chosen. Raises TermsUnusable."""
    if not entered["sight"] or not entered["reach"]:
        kept = before or Terms(entered["sharing"])
        return replace(kept, mode=entered["sharing"])
    is_to_all = entered["reach"] == EVERYONE
    users, roles = sorted(entered["to_users"]), sorted(entered["to_roles"])
    return Terms(entered["sharing"], entered["sight"], is_to_all, tuple(users), tuple(roles))


def initial_of(before: Terms | None) -> dict[str, Any]:
    """The fields of terms; without any, what most people want and nothing chosen."""
    if before is None:
        return {"sight": Sight.EVERYTHING, "reach": EVERYONE}
    return {
        "sharing": before.mode,
        "sight": before.sight,
        "reach": EVERYONE if before.is_to_all else NAMED,
        "to_users": before.to_users,
        "to_roles": before.to_roles,
    }


def user_choices(named: Terms, apart_from: User | None) -> list[tuple[int, str]]:
    """Colleagues who can sign in, and those named already; who is named stands first."""
    users = [
        user
        for user in User.objects.all()
        if user != apart_from and (user.is_active or user.pk in named.to_users)
    ]
    users.sort(key=lambda user: user.pk not in named.to_users)
    return [(user.pk, str(user) if user.is_active else f"{user} (no access)") for user in users]


def role_choices(named: Terms) -> list[tuple[int, str]]:
    """All roles; those that are named stand first."""
    roles = [place.role for place in tree()]
    roles.sort(key=lambda role: role.pk not in named.to_roles)
    return [(role.pk, role.name) for role in roles]


def choose(form: forms.Form, name: str, choices: Any) -> None:
    """Offer these choices in a field."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so
    field.choices = choices
