"""What the policy would do to a mailbox by itself, if nobody used it: the days of its steps.

By the very function that decides, walked through the days to come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from postroom.cleanup.policy import (
    ONE_DAY,
    Facts,
    Policy,
    Progress,
    Step,
    advanced,
    met_from,
    next_step,
)

FIRST = date(2001, 1, 1)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The first day of each step that is still to come; no steps: it stays."""

    days: Mapping[Step, date]

    @property
    def hides_on(self) -> date | None:
        """When nobody sees its mail any more."""
        return self.days.get(Step.HIDE)

    @property
    def deletes_on(self) -> date | None:
        """When the deletion begins."""
        return self.days.get(Step.DELETE)

    def stage_on(self, day: date) -> Step | None:
        """The last step that was done by a day."""
        done = [step for step, on in self.days.items() if on <= day]
        return done[-1] if done else None


def timetable(policy: Policy, facts: Facts, progress: Progress | None, today: date) -> Timetable:
    """The steps to come. A warning on its way is taken as delivered today."""
    met = met_from(policy, facts)
    if facts.is_held or met is None:
        return Timetable({})
    if progress:
        warned = {days: day or today for days, day in progress.warned.items()}
        progress = Progress(warned, progress.deletes_on)
    day = max(today, met)
    days: dict[Step, date] = {}
    while Step.DELETE not in days and day < date.max - timedelta(days=1):
        while (step := next_step(policy, facts, progress, day)) and Step.DELETE not in days:
            if step == Step.LEAVE_ALONE:
                return Timetable({})
            days.setdefault(step, day)
            progress = advanced(policy, progress, step, day)
        day = max(day + ONE_DAY, (progress and progress.deletes_on) or day)
    return Timetable(days)


def days_of(policy: Policy) -> list[tuple[int, Step]]:
    """All steps by the number of their day, from the day on which the conditions are met."""
    facts, progress = Facts(FIRST), None
    met = day = met_from(policy, facts) or FIRST
    days: list[tuple[int, Step]] = []
    while not days or days[-1][1] != Step.DELETE:
        while step := next_step(policy, facts, progress, day):
            days.append(((day - met).days, step))
            if step == Step.DELETE:
                break
            progress = advanced(policy, progress, step, day)
        day += ONE_DAY
    return days
