"""The Cleanup Policy as a pure function: what was decided, what is known, and the day, to a step.

It knows days and no hours, and days of the organisation: a day ends at its midnight, so clock
changes and lengths of days do not matter. *More than a month* since a day begins on the day after
the month is over. Reference: Cleanup Policy. ADR 40.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from postroom.cleanup.months import months_after

WARNINGS = (14, 3, 1)
# How many days each warning lasts before the next thing happens.
LASTS = {14: 11, 3: 2, 1: 1}
ONE_DAY = timedelta(days=1)
MOST_MONTHS, MOST_DAYS_HIDDEN = 120, 365


class Condition(StrEnum):
    """What a policy asks of a mailbox."""

    UNOPENED = "unopened"
    INACTIVE = "inactive"
    UNSENT = "unsent"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Policy:
    """Conditions with their months, combined by any or all; without conditions it is *never*."""

    months: Mapping[Condition, int] = field(default_factory=lambda: MappingProxyType({}))
    takes_all: bool = False
    days_hidden: int = 30


NEVER = Policy()
# Reference: Cleanup Policy. The second is what newer pages of the reference's vendor state.
REFERENCE = Policy({Condition.UNOPENED: 1, Condition.INACTIVE: 5})
NEWER = Policy({Condition.UNSENT: 3, Condition.UNOPENED: 6}, takes_all=True)
PRESETS = {"reference": REFERENCE, "newer": NEWER, "never": NEVER}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a mailbox and its users; `begun_on` is when all clocks began at the latest.

    `gone_on` is since when its owner cannot sign in; None while they can.
    """

    begun_on: date
    opened_on: date | None = None
    active_on: date | None = None
    sent_on: date | None = None
    gone_on: date | None = None
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a case is: which warnings were written, and on which day a mail server had each."""

    warned: Mapping[int, date | None] = field(default_factory=lambda: MappingProxyType({}))
    deletes_on: date | None = None


class Step(StrEnum):
    """What is to be done now."""

    PAUSE = "pause"
    WARN = "warn"
    HIDE = "hide"
    DELETE = "delete"
    LEAVE_ALONE = "leave_alone"


def since(facts: Facts, condition: Condition) -> date | None:
    """From when on a condition's months count; None while they do not."""
    if condition == Condition.GONE:
        return max(facts.begun_on, facts.gone_on) if facts.gone_on else None
    last = {
        Condition.UNOPENED: facts.opened_on,
        Condition.INACTIVE: facts.active_on,
        Condition.UNSENT: facts.sent_on,
    }[condition]
    return max(facts.begun_on, last or facts.begun_on)


def met_from(policy: Policy, facts: Facts) -> date | None:
    """The first day on which the conditions are met, if nothing happens before; None for never."""
    days = [day_of(since(facts, which), months) for which, months in policy.months.items()]
    known = [day for day in days if day is not None]
    if not known or (policy.takes_all and len(known) < len(days)):
        return None
    return max(known) if policy.takes_all else min(known)


def day_of(begun: date | None, months: int) -> date | None:
    """The first day that is more than so many months later; none where the calendar ends."""
    if begun is None:
        return None
    until = months_after(begun, months)
    return until + ONE_DAY if until < date.max else None


def next_step(policy: Policy, facts: Facts, progress: Progress | None, today: date) -> Step | None:
    """What is to be done, one step at a time; None: nothing today.

    Nothing is hidden before every warning was delivered and has lasted its days, however long an
    engine was off, and whatever became of policy and clock meanwhile.
    """
    met = None if facts.is_held else met_from(policy, facts)
    if met is None or today < met:
        return Step.LEAVE_ALONE if progress else None
    if progress is None:
        return Step.PAUSE
    if progress.deletes_on:
        return Step.DELETE if today >= progress.deletes_on else None
    if next_warning(progress, today):
        return Step.WARN
    return Step.HIDE if is_warned(progress, today) else None


def next_warning(progress: Progress, today: date) -> int | None:
    """Which warning is to be written now, by its number of days."""
    for days in WARNINGS:
        if days not in progress.warned:
            return days
        if not has_lasted(days, progress, today):
            return None
    return None


def is_warned(progress: Progress, today: date) -> bool:
    """Whether all warnings were delivered, with their days between."""
    return all(has_lasted(days, progress, today) for days in WARNINGS)


def has_lasted(days: int, progress: Progress, today: date) -> bool:
    """Whether a warning was delivered and its days are over."""
    delivered = progress.warned.get(days)
    return delivered is not None and today >= delivered + timedelta(days=LASTS[days])


def hides_on(progress: Progress, today: date) -> date:
    """The day to speak of in a warning that is written today: it is hidden then, or later."""
    days = next_warning(progress, today) or WARNINGS[-1]
    return today + timedelta(days=days)


def advanced(policy: Policy, progress: Progress | None, step: Step, today: date) -> Progress | None:
    """How far the case is after a step, its warning taken as delivered the same day."""
    if step == Step.PAUSE:
        return Progress()
    if step == Step.WARN and progress:
        days = next_warning(progress, today) or WARNINGS[-1]
        return replace(progress, warned={**progress.warned, days: today})
    if step == Step.HIDE and progress:
        return replace(progress, deletes_on=today + timedelta(days=policy.days_hidden))
    return None
