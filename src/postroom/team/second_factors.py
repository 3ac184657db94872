"""Second factors: an app's codes, passkeys, recovery codes. Whether one is wanted, and who has one.

django-allauth keeps and checks them (ADR 27); this is what the rest of Postroom asks.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator as Factor
from django.db import transaction

from postroom.team.audit import note
from postroom.team.models import Act, Organisation, User
from postroom.team.users import refuse_beyond

KINDS = {
    Factor.Type.TOTP: "codes of an app",
    Factor.Type.WEBAUTHN: "a passkey",
    Factor.Type.RECOVERY_CODES: "recovery codes",
}
FULL = (Factor.Type.TOTP, Factor.Type.WEBAUTHN)
"""Those that are asked for; recovery codes only stand in for one."""


def factors_of(user: User) -> list[Factor]:
    """What the user has, oldest first."""
    return list(Factor.objects.filter(user_id=user.pk).order_by("created_at"))


def has_factor(user: User) -> bool:
    """Whether a second factor is asked of the user."""
    return bool(Factor.objects.filter(user_id=user.pk, type__in=FULL).exists())


def lacks_wanted_factor(user: User) -> bool:
    """Whether the organisation wants one and the user has none."""
    return Organisation.get().second_factor_required and not has_factor(user)


def may_remove(factor: Factor) -> bool:
    """Whether it may go: the last one stays where the organisation wants one."""
    if factor.type not in FULL or not Organisation.get().second_factor_required:
        return True
    others = Factor.objects.filter(user_id=factor.user_id, type__in=FULL).exclude(pk=factor.pk)
    return bool(others.exists())


@transaction.atomic
def remove_factors(user: User, by: User | None, now: datetime) -> int:
    """Take all factors from who lost them; returns how many. Raises ChangeRefused."""
    refuse_beyond(by, user)
    removed = factors_of(user)
    for factor in removed:
        note(Act.FACTOR_REMOVED, by, user.email, now, words_of(factor))
        factor.delete()
    return len(removed)


def words_of(factor: Factor) -> str:
    """What it is, in words."""
    return KINDS[Factor.Type(factor.type)]
