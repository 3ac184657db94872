"""When an email may be sent later, as people say it; in the writer's own time.

A moment that a change of the clocks leaves out is the one that the clocks show instead (02:30 in
spring is 03:30); of one that comes twice the first is meant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MORNING, EVENING = time(8), time(18)
MONDAY = 0
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A choice: what it is called, and what the clock on the wall shows then."""

    name: str
    local: datetime

    @property
    def value(self) -> str:
        """As the page sends it."""
        return self.local.strftime("%Y-%m-%dT%H:%M")


def next_monday(today: date) -> date:
    """The Monday after today."""
    return today + timedelta(days=(MONDAY - today.weekday() - 1) % 7 + 1)


CHOICES: tuple[tuple[str, Callable[[date], date], time], ...] = (
    ("This evening", lambda today: today, EVENING),
    ("Tomorrow morning", lambda today: today + timedelta(days=1), MORNING),
    ("Tomorrow evening", lambda today: today + timedelta(days=1), EVENING),
    ("Monday morning", next_monday, MORNING),
)


def moments_from(now: datetime, zone: tzinfo) -> list[Moment]:
    """The choices that lie at least an hour ahead, each moment once."""
    local = now.astimezone(zone)
    found = {
        datetime.combine(day_of(local.date()), at): name for name, day_of, at in reversed(CHOICES)
    }
    ahead = {at: name for at, name in found.items() if at - local.replace(tzinfo=None) >= HOUR}
    return [Moment(ahead[at], at) for at in sorted(ahead)]


def instant_of(local: datetime, zone: tzinfo) -> datetime:
    """The instant at which the clock on the wall shows this (PEP 495: fold 0)."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def is_left_out(local: datetime, zone: tzinfo) -> bool:
    """Whether no clock ever shows it there."""
    return instant_of(local, zone).astimezone(zone).replace(tzinfo=None) != local
