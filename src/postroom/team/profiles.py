"""Add, change and remove profiles."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from postroom.team.audit import note
from postroom.team.models import Act, Permission, Profile, User


@transaction.atomic
def save_profile(
    profile: Profile, name: str, permissions: Collection[str], by: User | None, now: datetime
) -> None:
    """Keep a profile's name and what it allows; it holds at once for all who have it."""
    is_new = profile.pk is None
    profile.name = name
    profile.permissions = [p for p in Permission.values if p in permissions]
    profile.save()
    note(Act.PROFILE_ADDED if is_new else Act.PROFILE_CHANGED, by, name, now, allowed_by(profile))


@transaction.atomic
def remove_profile(profile: Profile, by: User | None, now: datetime) -> None:
    """Its users have the default profile from now on, which itself stays."""
    if profile.is_default:
        return
    note(Act.PROFILE_REMOVED, by, profile.name, now)
    profile.delete()


def allowed_by(profile: Profile) -> str:
    """What a profile allows, in words."""
    words = [Permission(p).label for p in profile.permissions if p in Permission.values]
    return ", ".join(words) or "nothing of what is listed here"
