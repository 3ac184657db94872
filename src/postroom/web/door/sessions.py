"""The session of the one who asks: noted as it begins and is used, and kept as others end."""

from datetime import datetime
from ipaddress import ip_address
from typing import Final

from allauth.core.internal.httpkit import get_client_ip
from django.contrib.auth import HASH_SESSION_KEY
from django.db import transaction
from django.http import HttpRequest

from postroom.team.audit import note
from postroom.team.days import note_active
from postroom.team.models import Act, Session, User
from postroom.team.sessions import LASTS, SEEN_EVERY, Browser, end_access, note_session

SEEN: Final = "seen"
"""In the session: when it was last noted, in seconds, so that most requests write nothing."""


def begin_session(request: HttpRequest, user: User, now: datetime) -> None:
    """Somebody signed in."""
    request.session.pop(SEEN, None)
    note_seen(request, user, now)
    note(Act.SIGNED_IN, user, user.email, now, browser_of(request).address or "")


def note_seen(request: HttpRequest, user: User, now: datetime) -> bool:
    """Note the session, at most every few minutes. Returns whether it may go on."""
    before = request.session.get(SEEN, 0)
    key = request.session.session_key
    if key and now.timestamp() - before >= SEEN_EVERY.total_seconds():
        request.session[SEEN] = int(now.timestamp())
        session = note_session(key, user, browser_of(request), now)
        note_active(user, now)
        return now - session.begun_at < LASTS
    return True


def browser_of(request: HttpRequest) -> Browser:
    """What the browser tells of itself."""
    return Browser(request.META.get("HTTP_USER_AGENT", ""), address_in(get_client_ip(request)))


def address_in(told: str | None) -> str | None:
    """An IP address, or nothing: a proxy may tell what is none."""
    try:
        return str(ip_address(told or ""))
    except ValueError:
        return None


@transaction.atomic
def end_others(request: HttpRequest, now: datetime) -> None:
    """End all sessions of the one who asks but this one.

    This one is saved in the same transaction: a request beside it that saw the new generation and
    the old session would end that too.
    """
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - signed in
    key = request.session.session_key or ""
    end_access(user, but=key)
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.session.save()
    note(Act.SESSION_ENDED, user, user.email, now, "all but one")


def forget_session(request: HttpRequest) -> None:
    """The browser signs out."""
    Session.objects.filter(key=request.session.session_key).delete()
