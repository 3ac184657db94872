"""Who asks: their session, and then they themselves. Every page asks, in questions written once."""

from datetime import datetime
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends.db import SessionStore as StoredSessions
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from postroom.team.models import User
from postroom.team.written_once import written_once


class SessionStore(StoredSessions):
    """Django's sessions in the database. `SESSION_ENGINE` is a module that has this name."""

    def load(self) -> dict[str, Any]:
        """What is kept of a session that holds; nothing, and no key, of any other."""
        key = self.session_key or ""
        found = [] if "\0" in key else holding(key, timezone.now())  # PostgreSQL has no such text.
        if not found:
            self._session_key = None
            return {}
        kept: dict[str, Any] = self.decode(found[0])
        return kept


class KnownUsers(AuthenticationBackend):  # type: ignore[misc]
    """How users sign in; who is signed in is found by their id."""

    def get_user(self, user_id: int) -> User | None:
        """The user, unless they may not be here any more."""
        user = next(iter(numbered(user_id)), None)
        return user if user and self.user_can_authenticate(user) else None


@written_once()
def holding(key: str, now: datetime) -> QuerySet[Session, str]:
    """What is stored of the session of that key, unless its time is over."""
    sessions = Session.objects.filter(session_key=key, expire_date__gt=now)
    return sessions.values_list("session_data", flat=True)


@written_once()
def numbered(pk: int) -> QuerySet[User]:
    """The user of that id."""
    return User.objects.filter(pk=pk)
