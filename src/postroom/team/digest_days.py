"""On which day of a user's the morning email is due: a pure function."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from postroom.team.days import ZONES


@dataclass(frozen=True, slots=True)
class Hours:
    """On which days of the week, from which hour on, in which zone."""

    hour: int
    days: Sequence[int]
    zone: str


def day_due(hours: Hours, told_at: datetime | None, now: datetime) -> date | None:
    """The day whose email is due at this moment; None when none is.

    From the hour on until the day is over: whoever was switched off at seven writes at nine. An
    hour that a change of clocks skips begins with the next one, and one that comes twice is told
    once.
    """
    zone = ZoneInfo(hours.zone if hours.zone in ZONES else "UTC")
    here = now.astimezone(zone)
    today = here.date()
    if here.weekday() not in hours.days or here.hour < hours.hour:
        return None
    if told_at is not None and told_at.astimezone(zone).date() >= today:
        return None
    return today
