"""A rule as a sentence, for lists and the command line."""

from postroom.association.conditions import KINDS
from postroom.association.steps import in_words
from postroom.rules.deeds import DEEDS
from postroom.rules.models import WAITS_DAYS, Rule, Trigger


def rule_in_words(rule: Rule) -> str:
    """When, if, then."""
    trigger = Trigger(rule.trigger)
    when = str(trigger.label)
    if trigger in WAITS_DAYS:
        when += f" for {rule.days} day{'' if rule.days == 1 else 's'}"
    joint = " and " if rule.needs_all else " or "
    conditions = joint.join(in_words(rule.conditions, KINDS))
    deeds = ", ".join(in_words(rule.deeds, DEEDS))
    return f"{when}{': ' if conditions else ''}{conditions} → {deeds}"
