"""Try a rule out on the mail that is here: how many it would meet, and which; nothing is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postroom.archive.models import Email
from postroom.rules.meeting import emails_met
from postroom.rules.models import Rule
from postroom.rules.writing import WrittenRule, refuse_unusable
from postroom.team.models import User

MOST_COUNTED = 1000
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """How many emails, up to `MOST_COUNTED`, and the newest of them."""

    number: int
    is_more: bool
    newest: Sequence[Email]


def try_out(owner: User, written: WrittenRule, now: datetime) -> Trial:
    """What the rule would meet of all mail. Raises RuleUnusable."""
    refuse_unusable(owner, written)
    return trial_of(unsaved(owner, written, now), now)


def trial_of(rule: Rule, now: datetime) -> Trial:
    """The same of a rule that is there."""
    met = emails_met(rule, now).order_by("-sent_at", "-pk")
    number = met[: MOST_COUNTED + 1].count()
    return Trial(min(number, MOST_COUNTED), number > MOST_COUNTED, list(met[:MOST_SHOWN]))


def unsaved(owner: User, written: WrittenRule, now: datetime) -> Rule:
    """The rule as it would be, in no table."""
    return Rule(
        owner=owner,
        account=written.account,
        name=written.name,
        trigger=written.trigger,
        days=written.days,
        needs_all=written.needs_all,
        conditions=list(written.conditions),
        deeds=list(written.deeds),
        since=now,
        seen_at=now,
    )
