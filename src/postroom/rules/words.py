"""A rule as a sentence, for lists and the command line."""

from collections.abc import Mapping, Sequence

from postroom.rules.conditions import KINDS, Kind, Step
from postroom.rules.deeds import DEEDS, Deed
from postroom.rules.models import WAITS_DAYS, Rule, Trigger


def rule_in_words(rule: Rule) -> str:
    """When, if, then."""
    trigger = Trigger(rule.trigger)
    when = str(trigger.label)
    if trigger in WAITS_DAYS:
        when += f" for {rule.days} day{'' if rule.days == 1 else 's'}"
    joint = " and " if rule.needs_all else " or "
    conditions = joint.join(steps_in_words(rule.conditions, KINDS))
    deeds = ", ".join(steps_in_words(rule.deeds, DEEDS))
    return f"{when}{': ' if conditions else ''}{conditions} → {deeds}"


def steps_in_words(steps: Sequence[Step], kinds: Mapping[str, Kind | Deed]) -> list[str]:
    """Each with what stands beside it."""
    return [
        f"{lower(kinds[step['kind']].words)} “{step['text']}”"
        if step["text"]
        else lower(kinds[step["kind"]].words)
        for step in steps
        if step["kind"] in kinds
    ]


def lower(words: str) -> str:
    """In the middle of a sentence."""
    return words[:1].lower() + words[1:]
