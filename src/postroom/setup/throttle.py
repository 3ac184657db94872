"""How often one user may have servers contacted: Postroom is nobody's port scanner.

Counted in the database, so that all web processes count together; one turn is taken at a time, so
that a hundred tests at once are a hundred.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.db import connection, transaction

from postroom.team.models import User
from postroom.team.refusal import Refusal

PERIOD: Final = timedelta(minutes=10)
TURNS: Final = {"test": 20, "recognise": 30, "sign_in": 20}


@dataclass(frozen=True, slots=True)
class Tester:
    """Who has servers contacted from a page, and when."""

    user: User
    now: datetime

    @property
    def may_know(self) -> bool:
        """Whether to tell precisely why a host does not answer: only whoever runs this network."""
        return self.user.is_administrator


class TriedTooOften(Refusal):
    """The user's turns are used up for now; `sentence` says until when."""

    kind = "tried_too_often"

    def __init__(self, turns: int, wait: timedelta) -> None:
        minutes = max(1, round(wait / timedelta(minutes=1)))
        self.cause = f"You have had servers contacted {turns} times within ten minutes."
        self.fix = f"Wait {minutes} {'minute' if minutes == 1 else 'minutes'}, then try again."
        super().__init__(f"{self.cause} {self.fix}")


async def take_turn(purpose: str, tester: Tester | None) -> None:
    """Count one turn; whoever works at the machine itself is not counted. Raises TriedTooOften."""
    if tester is not None:
        await asyncio.to_thread(count_and_leave, purpose, tester.user.pk, tester.now)


def count_and_leave(purpose: str, user: int, now: datetime) -> None:
    """Count one turn on a connection of its own, and give that back."""
    try:
        count_turn(purpose, user, now)
    finally:
        connection.close()


@transaction.atomic
def count_turn(purpose: str, user: int, now: datetime) -> None:
    """Count one turn of a user at `now`. Raises TriedTooOften, and counts nothing then."""
    key = f"setup:{purpose}:{user}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    recent = [each for each in cache.get(key, []) if now - each < PERIOD]
    if len(recent) >= TURNS[purpose]:
        raise TriedTooOften(TURNS[purpose], recent[0] + PERIOD - now)
    cache.set(key, [*recent, now], PERIOD.total_seconds())
