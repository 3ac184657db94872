"""Who may do what: the one place that decides. Reference: Availability, Permission Required.

An administrator may everything and needs no profile for it, so that no profile can lock all
administrators out. Who has no profile of their own has the default one.
"""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from postroom.team.models import Permission, Profile, User


def may(user: User, permission: Permission) -> bool:
    """Whether the user may do this now. Deactivated users may nothing."""
    return user.is_active and permission in permissions_of(user)


def permissions_of(user: User) -> Collection[str]:
    """Everything the user may."""
    return Permission.values if user.is_administrator else profile_of(user).permissions


def profile_of(user: User) -> Profile:
    """The user's profile."""
    return user.profile or Profile.default()


def people_who_may(permission: Permission) -> QuerySet[User]:
    """The users who may do this now, by name."""
    allowed = Q(is_administrator=True) | Q(profile__permissions__contains=[permission])
    if permission in Profile.default().permissions:
        allowed |= Q(profile__isnull=True)
    return User.objects.filter(allowed, is_active=True)


def names_of(people: Collection[User], most: int = 3) -> str:
    """A few of them in words, to be asked: "Alice, Bob or Charlie"."""
    names = [str(person) for person in people][:most]
    *others, last = names or ["the person who runs Postroom"]
    return f"{', '.join(others)} or {last}" if others else last


def why_not_integrate(user: User) -> str:
    """Why the user may not connect a mailbox and whom to ask; empty when they may."""
    if may(user, Permission.INTEGRATE_EMAIL):
        return ""
    whom = names_of(list(people_who_may(Permission.MANAGE_USERS)[:3]))
    return (
        f"The profile of {user} does not include “{Permission.INTEGRATE_EMAIL.label}”, so no"
        f" mailbox can be connected. Ask {whom} to change it under Setup › Users."
    )
