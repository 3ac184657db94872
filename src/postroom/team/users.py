"""Change what a user may do, within what the one who changes it may do themselves.

Nobody gives away, or takes from somebody, what they do not have; and one administrator stays.
"""

from datetime import datetime

from django.db import transaction

from postroom.team.audit import note
from postroom.team.days import local_day
from postroom.team.models import Act, Profile, User
from postroom.team.permissions import permissions_of, profile_of
from postroom.team.refusal import Refusal
from postroom.team.sessions import end_access

ADMINISTRATOR = "Administrator"


class ChangeRefused(Refusal):
    """The change is not this person's to make; the sentence says why."""


def profile_name_of(user: User) -> str:
    """The user's profile in a word."""
    return ADMINISTRATOR if user.is_administrator else profile_of(user).name


@transaction.atomic
def give_profile(user: User, profile: Profile | None, by: User | None, now: datetime) -> None:
    """Give a profile, or make an administrator with None. Raises ChangeRefused."""
    lock_administrators()
    user.refresh_from_db()
    before = profile_name_of(user)
    refuse_beyond(by, user, set() if profile is None else set(profile.permissions))
    if profile is None and by and not by.is_administrator:
        raise ChangeRefused("Only an administrator makes another one.")
    if profile is not None and user.is_administrator:
        refuse_last_administrator(user)
    user.is_administrator = profile is None
    user.profile = None if profile is None or profile.is_default else profile
    user.save(update_fields=["is_administrator", "profile"])
    if (after := profile_name_of(user)) != before:
        note(Act.PROFILE_GIVEN, by, user.email, now, f"{before} before, {after} now")


@transaction.atomic
def set_active(user: User, by: User | None, now: datetime, *, is_active: bool) -> None:
    """Let a user in, or out of everything at once. Raises ChangeRefused."""
    lock_administrators()
    user.refresh_from_db()
    if user == by:
        raise ChangeRefused("You cannot end your own access; a colleague can.")
    refuse_beyond(by, user)
    if not is_active and user.is_administrator:
        refuse_last_administrator(user)
    if user.is_active == is_active:
        return
    user.is_active = is_active
    user.gone_on = None if is_active else local_day(now)
    user.save(update_fields=["is_active", "gone_on"])
    if not is_active:
        end_access(user)
    note(Act.USER_ACTIVATED if is_active else Act.USER_DEACTIVATED, by, user.email, now)


@transaction.atomic
def sign_out_everywhere(user: User, by: User | None, now: datetime) -> None:
    """End every session of a user, who may sign in again. Raises ChangeRefused."""
    refuse_beyond(by, user)
    end_access(user)
    note(Act.SESSION_ENDED, by, user.email, now, "all of them")


def refuse_beyond(by: User | None, user: User, given: set[str] | None = None) -> None:
    """Raise ChangeRefused if somebody may, or is to be allowed, what `by` may not."""
    if by is None or by.is_administrator:
        return
    if user.is_administrator:
        raise ChangeRefused(f"{user} is an administrator; only another one can change that.")
    own = set(permissions_of(by))
    if not (given or set()) | set(permissions_of(user)) <= own:
        raise ChangeRefused(f"{user} may do, or would be allowed, more than you may yourself.")


def refuse_last_administrator(user: User) -> None:
    """Raise ChangeRefused if nobody could manage Postroom without this user."""
    others = User.objects.filter(is_administrator=True, is_active=True).exclude(pk=user.pk)
    if user.is_active and not others.exists():
        raise ChangeRefused(f"{user} is the only administrator. Make somebody else one first.")


def lock_administrators() -> None:
    """Two administrators who take each other's place at the same moment wait for one another."""
    list(User.objects.select_for_update().filter(is_administrator=True).order_by("pk"))
