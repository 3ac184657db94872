"""Let somebody who forgot their password choose a new one, by a link: once, while it may be given.

Asked for at the door it holds an hour; given by a colleague, who may have to dictate it, a day. It
opens no second factor. Whatever ended a link looks the same to who has it. ASVS 5.0, 6.4.3.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from postroom.team.audit import note
from postroom.team.door import may_use_password
from postroom.team.invites import TOKEN_OCTETS, digest_of
from postroom.team.models import Act, PasswordLink, Permission, User
from postroom.team.permissions import may
from postroom.team.sessions import end_access
from postroom.team.users import ChangeRefused, refuse_beyond

ASKED_LASTS: Final = timedelta(hours=1)
GIVEN_LASTS: Final = timedelta(days=1)


class LinkOver(Exception):
    """The link opens nothing; why is nobody's business who only has the link."""


@transaction.atomic
def offer_password_link(user: User, by: User | None, now: datetime) -> str:
    """Make a link's token, kept nowhere; the one before opens nothing then.

    Raises ChangeRefused for a user who has no password here, or is more than who offers.
    """
    if not may_have_password(user):
        raise ChangeRefused(f"{user} signs in where your organisation does, without a password.")
    refuse_beyond(by, user)
    token = secrets.token_urlsafe(TOKEN_OCTETS)
    expires_at = now + (GIVEN_LASTS if by else ASKED_LASTS)
    made = {"digest": digest_of(token), "offered_by": by, "expires_at": expires_at}
    PasswordLink.objects.update_or_create(user=user, defaults=made)
    note(Act.PASSWORD_LINK_MADE, by, user.email, now, "" if by else "asked for at the door")
    return token


def may_have_password(user: User) -> bool:
    """Whether this user signs in with a password at all."""
    return user.is_active and may_use_password(user)


def find_user_of(email: str) -> User | None:
    """Who may ask at the door for a link to this address."""
    user = User.objects.filter(email=email).first()
    return user if user and may_have_password(user) else None


def get_password_link(digest: str, now: datetime) -> PasswordLink:
    """The link of a token's digest. Raises LinkOver."""
    links = PasswordLink.objects.select_related("user__profile", "offered_by__profile")
    kept = links.filter(digest=digest).first()
    if kept is None or kept.is_over(now) or not still_stands(kept):
        raise LinkOver
    return kept


def still_stands(kept: PasswordLink) -> bool:
    """Whether whoever offered it could do so now, and there is a password to choose."""
    by = kept.offered_by
    if by is not None and not may(by, Permission.MANAGE_USERS):
        return False
    try:
        refuse_beyond(by, kept.user)
    except ChangeRefused:
        return False
    return may_have_password(kept.user)


@transaction.atomic
def choose_password(digest: str, password: str, now: datetime) -> User:
    """Set it, and end every session of before and the link. Raises LinkOver."""
    list(PasswordLink.objects.select_for_update().filter(digest=digest))
    kept = get_password_link(digest, now)
    user = kept.user
    user.set_password(password)
    user.save(update_fields=["password"])
    end_access(user)
    kept.delete()
    note(Act.PASSWORD_SET, user, user.email, now, "by a link")
    return user
