"""Write a rule down, change its place. A rule that could do nothing is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from postroom.accounts.models import EmailAccount
from postroom.archive.models.labels import LONGEST_NAME
from postroom.association.conditions import KINDS
from postroom.association.steps import Step, why_unusable
from postroom.crm.models import Deal
from postroom.rules.deeds import ASSIGN, DEEDS, LABEL, WEBHOOK, find_colleague
from postroom.rules.models import WAITS_DAYS, Rule, Trigger
from postroom.team.models import User
from postroom.team.refusal import Refusal
from postroom.webhooks.models import Event, Webhook

MOST_RULES = 50
MOST_DAYS = 365


class RuleUnusable(Refusal):
    """It was not saved: `field` is where it is to be mended, the sentence says how."""


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule as somebody wrote it."""

    name: str
    trigger: Trigger
    conditions: Sequence[Step]
    deeds: Sequence[Step]
    account: EmailAccount | None = None
    days: int | None = None
    needs_all: bool = True
    is_last: bool = False
    is_on: bool = True


@transaction.atomic
def write_rule(owner: User, written: WrittenRule, now: datetime, rule: Rule | None = None) -> Rule:
    """Save a new rule, or what was changed of one. Raises RuleUnusable and saves nothing.

    A changed rule begins anew: it meets nothing that came before the change.
    """
    refuse_unusable(owner, written)
    User.objects.select_for_update().get(pk=owner.pk)
    if rule is None:
        rule = Rule(owner=owner, position=next_position(owner))
    rule.name, rule.account, rule.trigger = written.name.strip(), written.account, written.trigger
    rule.days = written.days if written.trigger in WAITS_DAYS else None
    rule.needs_all, rule.is_last, rule.is_on = written.needs_all, written.is_last, written.is_on
    rule.conditions, rule.deeds = list(written.conditions), list(written.deeds)
    rule.begin_anew(now)
    rule.save()
    return rule


def next_position(owner: User) -> int:
    """Behind all others. Raises RuleUnusable when there are too many."""
    rules = Rule.objects.filter(owner=owner)
    if rules.count() >= MOST_RULES:
        raise RuleUnusable(f"You have {MOST_RULES} rules. Delete one that is not needed.", "name")
    return (rules.aggregate(last=Max("position"))["last"] or 0) + 1


def refuse_unusable(owner: User, written: WrittenRule) -> None:
    """Raises RuleUnusable for what could never do anything, or not what is meant."""
    if not written.name.strip():
        raise RuleUnusable("Give the rule a name.", "name")
    if written.account and written.account.owner_id != owner.pk:
        raise RuleUnusable("Choose one of your own mailboxes.", "account")
    if written.trigger in WAITS_DAYS and not 1 <= (written.days or 0) <= MOST_DAYS:
        raise RuleUnusable(f"Say after how many days: 1 to {MOST_DAYS}.", "days")
    refuse_steps(written)
    if not written.deeds:
        raise RuleUnusable("Choose what is to happen.", "deeds")
    for deed in written.deeds:
        refuse_vain(owner, deed)


def refuse_vain(owner: User, deed: Step) -> None:
    """Raises RuleUnusable for a deed that could not be done."""
    text = deed["text"]
    if deed["kind"] == "deal" and not Deal.objects.filter(name__iexact=text).exists():
        raise RuleUnusable(f"There is no deal “{text}”. Write its whole name.", "deeds")
    if deed["kind"] == LABEL and len(text) > LONGEST_NAME:
        raise RuleUnusable(f"A label has at most {LONGEST_NAME} letters.", "deeds")
    if deed["kind"] == ASSIGN and find_colleague(text) is None:
        raise RuleUnusable(f"There is no colleague “{text}”. Write their email address.", "deeds")
    hearing = Webhook.objects.filter(user=owner, events__contains=[Event.RULE_MET])
    if deed["kind"] == WEBHOOK and not hearing.exists():
        raise RuleUnusable(
            "Add a webhook first, under your name › Webhooks, that hears of mail rules.", "deeds"
        )


def refuse_steps(written: WrittenRule) -> None:
    """Raises RuleUnusable for a condition or a deed that is none."""
    if sentence := why_unusable(written.conditions, KINDS):
        raise RuleUnusable(sentence, "conditions")
    if sentence := why_unusable(written.deeds, DEEDS):
        raise RuleUnusable(sentence, "deeds")


@transaction.atomic
def change_places(rule: Rule, *, is_up: bool) -> None:
    """Put the rule before the one above it, or behind the one below."""
    User.objects.select_for_update().get(pk=rule.owner_id)
    rules = list(Rule.objects.filter(owner=rule.owner_id))
    here = next(index for index, other in enumerate(rules) if other.pk == rule.pk)
    there = here - 1 if is_up else here + 1
    if 0 <= there < len(rules):
        rules[here], rules[there] = rules[there], rules[here]
    for position, other in enumerate(rules, start=1):
        Rule.objects.filter(pk=other.pk).update(position=position)
