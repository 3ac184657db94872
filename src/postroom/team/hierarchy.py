"""Roles below and above one another. Superiors see their reports' mail only if it is said so."""

from collections import defaultdict
from collections.abc import Mapping

from postroom.team.models import Organisation, Role, User


def roles_below(role_id: int | None) -> frozenset[int]:
    """The roles below one, however deep; none below no role. A ring in the hierarchy ends it."""
    reports: dict[int, list[int]] = defaultdict(list)
    for role in Role.objects.exclude(superior=None):
        reports[role.superior_id or 0].append(role.pk)
    found: set[int] = set()
    waiting = list(reports[role_id]) if role_id else []
    while waiting:
        below = waiting.pop()
        if below not in found and below != role_id:
            found.add(below)
            waiting += reports[below]
    return frozenset(found)


def roles_whose_mail_is_seen(viewer: User) -> frozenset[int]:
    """The roles of whose users the viewer sees the mail as their superior."""
    if viewer.role_id is None or not Organisation.get().superiors_see:
        return frozenset()
    return roles_below(viewer.role_id)


def roles_above(role_id: int | None, superiors: Mapping[int, int | None]) -> frozenset[int]:
    """The roles above one, by the superior of each; the other way round of `roles_below`."""
    found: set[int] = set()
    above = superiors.get(role_id or 0)
    while above is not None and above != role_id and above not in found:
        found.add(above)
        above = superiors.get(above)
    return frozenset(found)
