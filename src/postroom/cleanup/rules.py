"""Which policy holds for whom: the role's own, the organisation's, or the reference's.

Reference: Cleanup Policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from postroom.cleanup.models import Rule
from postroom.cleanup.policy import REFERENCE, Condition, Policy
from postroom.cleanup.wording import policy_in_words
from postroom.team.audit import note
from postroom.team.models import Act, Role, User

EVERYONE = None


@dataclass(frozen=True, slots=True)
class Policies:
    """The organisation's policy and those of roles."""

    everyones: Policy
    roles: Mapping[int, Policy]

    def of(self, owner: User) -> Policy:
        """What holds for the mailboxes of a user."""
        return self.roles.get(owner.role_id or 0, self.everyones)

    def with_one(self, role: Role | None, policy: Policy | None) -> "Policies":
        """The same, were this set, or lifted: to see beforehand what it would do."""
        if role is EVERYONE:
            return replace(self, everyones=policy or REFERENCE)
        others = {pk: held for pk, held in self.roles.items() if pk != role.pk}
        return replace(self, roles=others | ({role.pk: policy} if policy else {}))


def all_policies() -> Policies:
    """What was decided up to now."""
    rules = {rule.role_id: policy_of(rule) for rule in Rule.objects.all()}
    everyones = rules.pop(None, REFERENCE)
    return Policies(everyones, {pk: policy for pk, policy in rules.items() if pk})


def policy_of(rule: Rule) -> Policy:
    """A row as a value."""
    months = {which: getattr(rule, which) for which in Condition}
    asked = {which: number for which, number in months.items() if number}
    return Policy(asked, rule.takes_all, rule.days_hidden)


def find_rule(role: Role | None) -> Rule | None:
    """What was set for a role, or for everyone."""
    return Rule.objects.select_related("role", "set_by").filter(role=role).first()


@transaction.atomic
def set_rule(role: Role | None, policy: Policy, by: User | None, now: datetime) -> None:
    """Have a policy hold for everyone, or for all with a role; what is under way goes on by it."""
    before = find_rule(role)
    months = {str(which): policy.months.get(which) for which in Condition}
    fields = {"takes_all": policy.takes_all, "days_hidden": policy.days_hidden}
    Rule.objects.update_or_create({**months, **fields, "set_by": by, "set_at": now}, role=role)
    if before is None or policy_of(before) != policy:
        note(Act.CLEANUP_SET, by, spoken(role), now, policy_in_words(policy))


@transaction.atomic
def lift_rule(role: Role | None, by: User | None, now: datetime) -> bool:
    """Take it away: for a role the organisation's holds again. False when there is none."""
    rule = find_rule(role)
    if rule is None:
        return False
    rule.delete()
    note(Act.CLEANUP_LIFTED, by, spoken(role), now, policy_in_words(policy_of(rule)))
    return True


def spoken(role: Role | None) -> str:
    """For whom, in the audit log."""
    return f"the role {role}" if role else "everyone"
