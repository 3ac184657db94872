"""How far an import or export of somebody is: told by the process that does it, asked by its page.

Numbers alone, in the cache that all processes share. Who is killed leaves their last word, which
grows old; then the page says that it stopped, how far it came, and what to do.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache

from postroom.team.models import User

KEPT: Final = timedelta(days=1).total_seconds()
EVERY: Final = timedelta(seconds=0.5)
SILENT: Final = timedelta(seconds=20)
KEY: Final = "work:{}:{}"


@dataclass(frozen=True, slots=True)
class Work:
    """One import or export. `done` of `found` is how far it is, in emails or in bytes of a file."""

    found: int
    begun_at: datetime
    told_at: datetime
    done: int = 0
    emails: int = 0
    is_over: bool = False

    def is_stopped(self, now: datetime) -> bool:
        """Nobody has said anything for a while, so whoever did it is no more."""
        return not self.is_over and now - self.told_at > SILENT

    @property
    def seconds(self) -> float:
        """Since it began."""
        return (self.told_at - self.begun_at).total_seconds()

    @property
    def rate(self) -> float:
        """Emails a second; 0 before there is one to speak of."""
        return self.emails / self.seconds if self.seconds >= 1 else 0

    @property
    def seconds_left(self) -> float | None:
        """To the end, at the rate so far."""
        if not self.rate or not self.done:
            return None
        return (self.found - self.done) * self.seconds / self.done


class Telling:
    """What a piece of work says of itself; not more often than anybody looks."""

    def __init__(self, user: User, key: UUID | str, place: str, found: int, now: datetime) -> None:
        self._key = KEY.format(user.pk, key)
        self._last = KEY.format(user.pk, place)
        self._work = Work(found, now, now)
        self._keep()

    def tell(self, done: int, emails: int, now: datetime) -> None:
        """So far."""
        if now - self._work.told_at >= EVERY:
            self._work = replace(self._work, done=done, emails=emails, told_at=now)
            self._keep()

    def end(self, emails: int, now: datetime) -> None:
        """To the end, or to a refusal that was said."""
        self._work = replace(
            self._work, done=self._work.found, emails=emails, told_at=now, is_over=True
        )
        self._keep()

    def _keep(self) -> None:
        for key in (self._key, self._last):
            cache.set(key, self._work, KEPT)


def find_work(user: User, key: UUID | str) -> Work | None:
    """The user's own work with this key, or at this page."""
    found: Any = cache.get(KEY.format(user.pk, key))
    return found if isinstance(found, Work) else None


def find_stopped(user: User, place: str, now: datetime) -> Work | None:
    """What the user began at this page and was stopped in the middle."""
    work = find_work(user, place)
    return work if work and work.is_stopped(now) else None
