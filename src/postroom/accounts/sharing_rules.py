"""What administrators set about sharing, for a user or a role; and what holds for whom, and why.

Nothing anybody chose is overwritten: ADR 0031. Reference: Email Sharing.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from postroom.accounts.models import CHOICE, EmailAccount, SharingInForce, SharingRule
from postroom.accounts.terms import Terms, before_and_now, in_words, ruled
from postroom.team.audit import note
from postroom.team.models import Act, Role, User
from postroom.team.refusal import Refusal

OWN_CHOICE = "Own choice"


class SetByRule(Refusal):
    """The owner cannot decide while an administrator's rule holds."""

    def __init__(self, account: EmailAccount, reason: str) -> None:
        super().__init__(
            f"Nothing was changed: the sharing of {account} is not its owner’s to choose now."
            f" {reason}."
        )


@transaction.atomic
def set_rule(whose: User | Role, terms: Terms, by: User | None, now: datetime) -> SharingRule:
    """Set what holds for a user, or for all with a role who have no rule of their own."""
    old = find_rule(whose)
    fields = {"mode": terms.mode, **terms.reach, "set_by": by, "set_at": now}
    rule, _ = SharingRule.objects.update_or_create(fields, **place_of(whose))
    before = ruled(old) if old else None
    if before is None or not before.is_like(terms):
        changed = before_and_now(before, terms) if before else f"no rule before; {in_words(terms)}"
        note(Act.RULE_SET, by, spoken(whose), now, changed)
    return rule


@transaction.atomic
def lift_rule(whose: User | Role, by: User | None, now: datetime) -> bool:
    """Take the rule away: what is below it holds again. False when there is none."""
    rule = find_rule(whose)
    if rule is None:
        return False
    rule.delete()
    note(Act.RULE_LIFTED, by, spoken(whose), now, f"{in_words(ruled(rule))} before")
    return True


def find_rule(whose: User | Role) -> SharingRule | None:
    """The rule set for this very user or role."""
    rules = SharingRule.objects.select_related("user", "role", "set_by")
    return rules.filter(**place_of(whose)).first()


def place_of(whose: User | Role) -> dict[str, Any]:
    """Whose rule it is, as columns."""
    return {"user" if isinstance(whose, User) else "role": whose}


def spoken(whose: User | Role) -> str:
    """Whose rule it is, in the audit log."""
    return whose.email if isinstance(whose, User) else f"the role {whose}"


def rule_over(user: User) -> SharingRule | None:
    """The rule that goes before the user's own choice, if any: theirs, else that of their role."""
    own = find_rule(user)
    return own or (find_rule(user.role) if user.role else None)


def in_force_of(account: EmailAccount) -> SharingInForce:
    """What holds for an account at this moment, with its rule."""
    rows = SharingInForce.objects.select_related("rule__role", "rule__set_by")
    return rows.get(pk=account.pk)


def reason_of(in_force: SharingInForce) -> str:
    """Why it holds: "Set for the role Sales by Ada, 3 March 2026"."""
    return reason_in(in_force.rule)


def reason_in(rule: SharingRule | None, reader: User | None = None) -> str:
    """What a rule has to say for itself; without one, and where it says so, the user chose."""
    if rule is None:
        return OWN_CHOICE
    left = f"{OWN_CHOICE}: left to the user. " if rule.mode == CHOICE else ""
    person = "you" if reader and rule.user_id == reader.pk else "this user"
    whom = f"the role {rule.role}" if rule.role else person
    by = str(rule.set_by or "the command line")
    day = date_format(timezone.localtime(rule.set_at), "j F Y")
    return f"{left}Set for {whom} by {by}, {day}"


def refuse_where_set(account: EmailAccount) -> None:
    """Raises SetByRule."""
    in_force = in_force_of(account)
    if in_force.is_set:
        raise SetByRule(account, reason_of(in_force))
