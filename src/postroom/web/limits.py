"""How often a person may ask for what costs other machines something."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from postroom.team.models import User

WINDOW = 300


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times in five minutes; counted in the database, for all web processes together."""

    name: str
    most: int

    def allows(self, user: User, now: datetime) -> bool:
        """Count one more; False when it was one too many."""
        key = f"limit:{self.name}:{user.pk}:{int(now.timestamp()) // WINDOW}"
        cache.add(key, 0, WINDOW)
        try:
            return cache.incr(key) <= self.most
        except ValueError:  # It ran out between the two.
            return True


LOOK_UPS = Limit("look-ups", most=30)
CONNECTION_TESTS = Limit("connection-tests", most=20)
TOO_OFTEN = "That was a lot of attempts in a short time. Wait five minutes, then try again."
