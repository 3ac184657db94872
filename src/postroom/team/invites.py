"""Invite somebody, and let them in by the link: once, for seven days, while the inviter may invite.

Whatever ended an invite (used, withdrawn, too old, sent anew, its inviter gone) looks the same to
who has the link. Seen: FreeScout CVE-2026-41902, an invite that never expired.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from postroom.team.audit import note
from postroom.team.models import Act, Invite, Permission, Profile, Role, User
from postroom.team.permissions import may
from postroom.team.roles import refuse_role
from postroom.team.users import ChangeRefused, refuse_beyond

LASTS: Final = timedelta(days=7)
TOKEN_OCTETS: Final = 32


class InviteOver(Exception):
    """The link opens nothing; why is nobody's business who only has the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who is to be invited, and as what. Without a profile they have the default one."""

    email: str
    name: str
    profile: Profile | None = None
    role: Role | None = None
    is_administrator: bool = False


@transaction.atomic
def invite(guest: Guest, by: User | None, now: datetime) -> tuple[Invite, str]:
    """Invite somebody; returns the invite and its token, kept nowhere. Raises ChangeRefused."""
    if User.objects.filter(email=guest.email).exists():
        raise ChangeRefused(f"{guest.email} is a user already.")
    if open_invites().select_for_update().filter(email=guest.email).exists():
        raise ChangeRefused(f"{guest.email} is invited already. Send that invitation again.")
    refuse_guest(guest, by)
    token = secrets.token_urlsafe(TOKEN_OCTETS)
    made = Invite.objects.create(
        email=guest.email,
        name=guest.name,
        profile=guest.profile,
        role=guest.role,
        is_administrator=guest.is_administrator,
        digest=digest_of(token),
        invited_by=by,
        sent_at=now,
        expires_at=now + LASTS,
    )
    note(Act.INVITE_SENT, by, made.email, now)
    return made, token


@transaction.atomic
def invite_again(kept: Invite, by: User | None, now: datetime) -> str:
    """A new link for an open invite; the one before opens nothing then. Raises ChangeRefused."""
    held = open_invites().select_for_update(of=("self",)).filter(pk=kept.pk).first()
    if held is None:
        raise ChangeRefused(f"The invitation of {kept.email} was used or withdrawn meanwhile.")
    refuse_guest(guest_of(held), by)
    token = secrets.token_urlsafe(TOKEN_OCTETS)
    held.digest, held.invited_by = digest_of(token), by
    held.sent_at, held.expires_at = now, now + LASTS
    held.save(update_fields=["digest", "invited_by", "sent_at", "expires_at"])
    note(Act.INVITE_SENT, by, held.email, now, "once more")
    return token


@transaction.atomic
def withdraw(kept: Invite, by: User | None, now: datetime) -> None:
    """The link opens nothing from now on. Raises ChangeRefused."""
    refuse_guest(guest_of(kept), by)
    if open_invites().filter(pk=kept.pk).update(withdrawn_at=now):
        note(Act.INVITE_WITHDRAWN, by, kept.email, now)


def open_invites() -> QuerySet[Invite]:
    """Those that were neither used nor withdrawn; some of them may be too old."""
    return Invite.objects.filter(used_at__isnull=True, withdrawn_at__isnull=True)


def get_invite(token: str, now: datetime) -> Invite:
    """The invite that a link opens. Raises InviteOver."""
    return get_invite_by(digest_of(token), now)


def get_invite_by(digest: str, now: datetime) -> Invite:
    """The same by the token's digest. Raises InviteOver."""
    found = open_invites().select_related("invited_by", "profile", "role")
    kept = found.filter(digest=digest).first()
    if kept is None or kept.is_over(now) or not still_stands(kept):
        raise InviteOver
    return kept


def still_stands(kept: Invite) -> bool:
    """Whether whoever invited could do so now, and there is no such user yet."""
    by = kept.invited_by
    try:
        refuse_guest(guest_of(kept), by)
    except ChangeRefused:
        return False
    if by is not None and not may(by, Permission.MANAGE_USERS):
        return False
    return not User.objects.filter(email=kept.email).exists()


@transaction.atomic
def accept(digest: str, password: str | None, now: datetime) -> User:
    """Make the user, and end the invite. Raises InviteOver.

    Without a password nobody signs in with one: they sign in where the organisation does.
    """
    list(open_invites().select_for_update().filter(digest=digest))
    kept = get_invite_by(digest, now)
    user = User.objects.create_user(
        kept.email,
        password,
        name=kept.name,
        profile=kept.profile,
        role=kept.role,
        is_administrator=kept.is_administrator,
    )
    kept.used_at = now
    kept.save(update_fields=["used_at"])
    note(Act.INVITE_USED, user, user.email, now)
    return user


def refuse_guest(guest: Guest, by: User | None) -> None:
    """Raise ChangeRefused for a guest who would be allowed more than who invites them."""
    if guest.is_administrator and by is not None and not by.is_administrator:
        raise ChangeRefused("Only an administrator makes another one.")
    wished = User(
        email=guest.email,
        name=guest.name,
        profile=guest.profile,
        is_administrator=guest.is_administrator,
    )
    refuse_beyond(by, wished)
    refuse_role(guest.role, by)


def guest_of(kept: Invite) -> Guest:
    """Who was invited, and as what."""
    return Guest(
        email=kept.email,
        name=kept.name,
        profile=kept.profile,
        role=kept.role,
        is_administrator=kept.is_administrator,
    )


def digest_of(token: str) -> str:
    """What is kept of a token: it has 256 random bits, so a plain digest tells nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()
