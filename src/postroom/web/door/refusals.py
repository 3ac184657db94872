"""Refused sign-ins are written down: once a while for each user, or guessing fills the log."""

from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.web.door.sessions import browser_of

EVERY: Final = timedelta(minutes=5)
TOO_MANY: Final = "too many wrong passwords"
WRONG_FACTOR: Final = "the password was right, the second factor was not"


def note_refusal(request: HttpRequest, email: str, why: str, now: datetime) -> None:
    """Write down that somebody was not let in as a user; addresses of nobody are not worth it."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        return
    if not cache.add(f"refused:{user.pk}:{why.replace(' ', '-')}", "", EVERY.total_seconds()):
        return
    address = browser_of(request).address or "an unknown address"
    note(Act.SIGN_IN_REFUSED, None, user.email, now, f"{why}, from {address}")
