"""The Cleanup Policy told a second time, by counting months forwards and not by adding them."""

from calendar import monthrange
from datetime import date

from postroom.cleanup.policy import Condition, Facts, Policy


def is_longer_ago(day: date, months: int, today: date) -> bool:
    """Whether more than so many months lie between: day by day of the month, as people count."""
    passed = (today.year - day.year) * 12 + today.month - day.month
    if passed != months:
        return passed > months
    return today.day > min(day.day, monthrange(today.year, today.month)[1])


def is_met(policy: Policy, facts: Facts, today: date) -> bool:
    """Whether the policy's conditions are met on this day, and nothing is held."""
    answers = []
    for which, months in policy.months.items():
        last = {
            Condition.UNOPENED: facts.opened_on,
            Condition.INACTIVE: facts.active_on,
            Condition.UNSENT: facts.sent_on,
            Condition.GONE: facts.gone_on,
        }[which]
        if which == Condition.GONE and last is None:
            answers.append(False)
            continue
        days = [facts.begun_on] if last is None else [facts.begun_on, last]
        answers.append(all(is_longer_ago(day, months, today) for day in days))
    if not answers or facts.is_held:
        return False
    return all(answers) if policy.takes_all else any(answers)
