"""What happens at the door is written down: signed in and out, password changed, factors."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
)
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.second_factors import words_of
from postroom.web.door.refusals import WRONG_FACTOR, note_refusal
from postroom.web.door.sessions import (
    SEEN,
    end_others,
    forget_session,
    note_seen,
)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, **_: Any) -> None:
    """A session ends. Django tells before it does, so its key is still there."""
    forget_session(request)


@receiver(password_changed)
def password_was_changed(request: HttpRequest, user: User, **_: Any) -> None:
    """Whoever knew the old password is out: all other sessions end."""
    note(Act.PASSWORD_SET, user, user.email, timezone.now())
    request.session.pop(SEEN, None)
    note_seen(request, user, timezone.now())
    end_others(request, timezone.now())


@receiver(authentication_failed)
def factor_was_wrong(request: HttpRequest, user: User, **_: Any) -> None:
    """Somebody has the password and not the factor."""
    note_refusal(request, user.email, WRONG_FACTOR, timezone.now())


@receiver(authenticator_added)
def factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor, passkey or set of recovery codes is there."""
    note(Act.FACTOR_ADDED, user, user.email, timezone.now(), words_of(authenticator))


@receiver(authenticator_removed)
def factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    """One is there no more."""
    note(Act.FACTOR_REMOVED, user, user.email, timezone.now(), words_of(authenticator))
