"""Where somebody is signed in, and the end of it: one browser, all others, everything at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session as StoredSession
from django.db import transaction
from django.db.models import F

from postroom.team.audit import note
from postroom.team.models import Act, Session, User

SEEN_EVERY = timedelta(minutes=5)
LASTS = timedelta(days=90)
"""However busy, a session ends after this time; unused ones end sooner, with their cookie."""
LONGEST_AGENT = 300


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser tells of itself, and from where it asks."""

    user_agent: str
    address: str | None


def note_session(key: str, user: User, browser: Browser, now: datetime) -> Session:
    """Somebody is signed in there, or was seen again."""
    seen = {
        "user": user,
        "user_agent": browser.user_agent.replace("\0", "")[:LONGEST_AGENT],
        "address": browser.address,
        "seen_at": now,
    }
    begun = {**seen, "begun_at": now}
    return Session.objects.update_or_create(key=key, defaults=seen, create_defaults=begun)[0]


def sessions_of(user: User, now: datetime) -> list[Session]:
    """Those that hold, last seen first; what ended by itself is forgotten on the way."""
    kept = list(user.sessions.all())
    holding = set(
        StoredSession.objects.filter(
            session_key__in=[session.key for session in kept], expire_date__gt=now
        ).values_list("session_key", flat=True)
    )
    user.sessions.exclude(key__in=holding).delete()
    return [session for session in kept if session.key in holding]


@transaction.atomic
def end_session(session: Session, by: User | None, now: datetime, words: str) -> None:
    """Sign that browser out; its next request and its live events are a stranger's."""
    note(Act.SESSION_ENDED, by, session.user.email, now, words)
    forget([session])


@transaction.atomic
def end_access(user: User, but: str = "") -> None:
    """Whatever the user is signed in with ends at once and stays ended, whatever becomes of them.

    Also what nobody knows of: it is of an earlier generation. `but` is the key of one session that
    is to hold; who asks for that gives it the new generation's hash in the same transaction. API
    keys ask at each use whether their user is active.
    """
    User.objects.filter(pk=user.pk).update(generation=F("generation") + 1)
    user.refresh_from_db(fields=["generation"])
    forget(user.sessions.exclude(key=but))


def forget(sessions: Iterable[Session]) -> None:
    """Take sessions away; a request that has one and would save it cannot make it anew."""
    keys = [session.key for session in sessions]
    StoredSession.objects.filter(session_key__in=keys).delete()
    Session.objects.filter(key__in=keys).delete()
