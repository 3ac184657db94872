"""Roles in a hierarchy: add, rename, move, remove, give. Nothing ever stands above itself.

Who is no administrator gives only roles below their own, and none to themselves: a superior may
see the mail of their reports, so a role is power.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from postroom.team.audit import note
from postroom.team.models import Act, Invite, Role, User
from postroom.team.users import ChangeRefused, refuse_beyond

NOBODY = "no role"


@dataclass(frozen=True, slots=True)
class Place:
    """A role in the tree, how deep it stands, and who has it."""

    role: Role
    depth: int
    users: tuple[User, ...]


def tree() -> list[Place]:
    """All roles, each above its reports; of one superior by name."""
    below: dict[int | None, list[Role]] = {}
    for role in Role.objects.order_by("name"):
        below.setdefault(role.superior_id, []).append(role)
    having: dict[int | None, list[User]] = {}
    for user in User.objects.filter(role__isnull=False):
        having.setdefault(user.role_id, []).append(user)

    def places(superior: int | None, depth: int) -> Iterator[Place]:
        for role in below.get(superior, []):
            yield Place(role, depth, tuple(having.get(role.pk, [])))
            yield from places(role.pk, depth + 1)

    return list(places(None, 0))


def below(role: Role) -> set[int]:
    """The ids of everything that stands below a role."""
    reports: dict[int | None, list[int]] = {}
    for pk, superior in Role.objects.values_list("pk", "superior_id"):
        reports.setdefault(superior, []).append(pk)
    found: set[int] = set()
    waiting = [role.pk]
    while waiting:
        new = set(reports.get(waiting.pop(), [])) - found
        found |= new
        waiting.extend(new)
    return found


@transaction.atomic
def save_role(role: Role, name: str, superior: Role | None, by: User | None, now: datetime) -> None:
    """Add a role, rename or move it. Raises ChangeRefused."""
    lock_roles()
    before = Role.objects.filter(pk=role.pk).select_related("superior").first()
    if before and superior and (superior.pk == role.pk or superior.pk in below(role)):
        raise ChangeRefused(
            f"{superior} stands below {before}, so {before} would stand above itself. Move"
            f" {superior} first."
        )
    role.name, role.superior = name, superior
    role.save()
    note(
        Act.ROLE_CHANGED if before else Act.ROLE_ADDED,
        by,
        before.name if before else name,
        now,
        f"{place_of(before)} before, {place_of(role)} now" if before else place_of(role),
    )


@transaction.atomic
def remove_role(role: Role, heir: Role | None, by: User | None, now: datetime) -> None:
    """Remove a role; its users and reports go to the heir, or to no role and to the top.

    Raises ChangeRefused.
    """
    lock_roles()
    if heir and (heir.pk == role.pk or not Role.objects.filter(pk=heir.pk).exists()):
        raise ChangeRefused("Choose another role for its users and reports.")
    if heir and heir.pk in below(role):
        # The heir takes the place of who goes, or it would stand below itself.
        heir.superior = role.superior
        heir.save(update_fields=["superior"])
    reports = Role.objects.filter(superior=role)
    (reports.exclude(pk=heir.pk) if heir else reports).update(superior=heir)
    User.objects.filter(role=role).update(role=heir)
    Invite.objects.filter(role=role).update(role=heir)
    note(Act.ROLE_REMOVED, by, role.name, now, f"its users have {heir or NOBODY} now")
    role.delete()


@transaction.atomic
def give_role(user: User, role: Role | None, by: User | None, now: datetime) -> None:
    """Give a role, or none. Raises ChangeRefused."""
    lock_roles()
    user = User.objects.select_for_update(of=("self",)).select_related("role").get(pk=user.pk)
    before = user.role
    if before == role:
        return
    refuse_beyond(by, user)
    if user == by and not user.is_administrator:
        raise ChangeRefused("You cannot give yourself a role; a colleague can.")
    refuse_role(before, by)
    refuse_role(role, by)
    user.role = role
    user.save(update_fields=["role"])
    note(Act.ROLE_GIVEN, by, user.email, now, f"{before or NOBODY} before, {role or NOBODY} now")


def refuse_role(role: Role | None, by: User | None) -> None:
    """Raise ChangeRefused for a role that is not below that of who gives or takes it."""
    if role is None or by is None or by.is_administrator:
        return
    if by.role is None or role.pk not in below(by.role):
        raise ChangeRefused(f"{role} is not below your own role; an administrator can change that.")


def place_of(role: Role) -> str:
    """A role and above whom it is not, in words."""
    return f"{role.name} below {role.superior}" if role.superior else f"{role.name} at the top"


def lock_roles() -> None:
    """Two who move roles at the same moment wait for one another: together they may make a ring."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('team roles', 0))")
