"""What somebody decides about sharing: the mode, how much it shows, to whom. And how it reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from postroom.accounts.models import (
    CHOICE,
    EmailAccount,
    Sharing,
    SharingInForce,
    SharingRule,
    Sight,
)
from postroom.team.models import Role, User
from postroom.team.refusal import Refusal

MODES = {**dict(Sharing.choices), CHOICE: "User’s choice"}
WITH_REACH = frozenset((Sharing.PUBLIC, Sharing.CUSTOM))
SHOWS = {
    Sight.WHEN: "who and when",
    Sight.SUBJECT: "the subject too",
    Sight.EVERYTHING: "everything",
}
EVERYONE, NOBODY = "everyone", "nobody"


class TermsUnusable(Refusal):
    """It would reach nobody, which is what *private* is for; or it is meant for who is not here."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A mode and, where it is public or custom, how far it reaches. Raises TermsUnusable.

    A private one keeps its reach for the day it is opened again: a list of names must never have
    turned into everyone meanwhile.
    """

    mode: str
    sight: int = Sight.EVERYTHING
    is_to_all: bool = True
    to_users: tuple[int, ...] = ()
    to_roles: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.mode not in MODES or self.sight not in SHOWS:
            raise TermsUnusable(f"There is no sharing “{self.mode}”.")
        if self.has_reach and not (self.is_to_all or self.to_users or self.to_roles):
            raise TermsUnusable("Choose at least one colleague or role, or share with everyone.")

    @property
    def has_reach(self) -> bool:
        """Whether level and audience mean anything in this mode."""
        return self.mode in WITH_REACH

    @property
    def reach(self) -> dict[str, object]:
        """All but the mode, as columns."""
        return {
            "sight": self.sight,
            "is_to_all": self.is_to_all,
            "to_users": list(self.to_users),
            "to_roles": list(self.to_roles),
        }

    def is_like(self, other: Self) -> bool:
        """Whether both show the same to the same people."""
        return self == other or (self.mode == other.mode and not self.has_reach)


def chosen(account: EmailAccount) -> Terms:
    """What the owner chose, whether or not it holds."""
    return terms_in(account, account.sharing)


def ruled(rule: SharingRule) -> Terms:
    """What a rule says."""
    return terms_in(rule, rule.mode)


def holding(in_force: SharingInForce) -> Terms:
    """What holds."""
    return terms_in(in_force, in_force.mode)


def terms_in(row: EmailAccount | SharingRule | SharingInForce, mode: str) -> Terms:
    """A row's columns; one that lost all its names still reaches nobody."""
    if mode in WITH_REACH and not (row.is_to_all or row.to_users or row.to_roles):
        return Terms(Sharing.PRIVATE, row.sight, is_to_all=False)
    users, roles = tuple(sorted(row.to_users)), tuple(sorted(row.to_roles))
    return Terms(mode, row.sight, row.is_to_all, users, roles)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of those whom some terms name: asked once for all of them."""

    users: Mapping[int, str]
    roles: Mapping[int, str]

    @classmethod
    def in_all(cls, many: Iterable[Terms]) -> Self:
        """Look them up. Who was removed has none."""
        many = list(many)
        users = {pk for terms in many for pk in terms.to_users}
        roles = {pk for terms in many for pk in terms.to_roles}
        return cls(
            {pk: str(user) for pk, user in User.objects.in_bulk(users).items()} if users else {},
            {pk: str(role) for pk, role in Role.objects.in_bulk(roles).items()} if roles else {},
        )

    def audience(self, terms: Terms) -> str:
        """Everyone, or the names: "Bob, Carol and the role Sales"."""
        if terms.is_to_all:
            return EVERYONE
        users = sorted(self.users[pk] for pk in terms.to_users if pk in self.users)
        roles = sorted(self.roles[pk] for pk in terms.to_roles if pk in self.roles)
        *others, last = [*users, *(f"the role {name}" for name in roles)] or [NOBODY]
        return f"{', '.join(others)} and {last}" if others else last

    def words(self, terms: Terms) -> str:
        """All of it: "Public: the subject too, to Bob"."""
        word = MODES[terms.mode]
        if not terms.has_reach:
            return word
        return f"{word}: {SHOWS[Sight(terms.sight)]}, to {self.audience(terms)}"


def in_words(terms: Terms) -> str:
    """One of them in words."""
    return Names.in_all([terms]).words(terms)


def before_and_now(before: Terms, now: Terms) -> str:
    """A change in words, for the audit log."""
    names = Names.in_all([before, now])
    return f"{names.words(before)} before; {names.words(now)} now"
