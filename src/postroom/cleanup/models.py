"""What was decided about clean-up, for the organisation and its roles, and how far each case is."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import Activation, EmailAccount
from postroom.team.models import Role, User

DAYS_HIDDEN = 30


class Rule(models.Model):
    """When mailboxes are cleaned up: conditions in months, empty ones not asked; none is *never*.

    Without a role it is the organisation's; a role's own holds for all with the role. Who has
    decided nothing has the reference's. Reference: Cleanup Policy.
    """

    role = models.OneToOneField(
        Role, null=True, blank=True, on_delete=models.CASCADE, related_name="cleanup_rule"
    )
    unopened = models.PositiveSmallIntegerField(null=True, blank=True)
    inactive = models.PositiveSmallIntegerField(null=True, blank=True)
    unsent = models.PositiveSmallIntegerField(null=True, blank=True)
    gone = models.PositiveSmallIntegerField(null=True, blank=True)
    takes_all = models.BooleanField(default=False)
    days_hidden = models.PositiveSmallIntegerField(default=DAYS_HIDDEN)
    set_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("role", name="one_cleanup_rule_a_role", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"for {self.role or 'everyone'}"


class Case(models.Model):
    """A mailbox on its way through the Cleanup Policy; the row goes when it is kept or deleted.

    A link in a warning names its case, so it can be used for that one alone.
    """

    account = models.OneToOneField(EmailAccount, on_delete=models.CASCADE, related_name="case")
    begun_at = models.DateTimeField()
    was = models.CharField(max_length=12, choices=Activation.choices, default=Activation.ACTIVE)
    took_salesinbox = models.BooleanField(default=False)
    hidden_at = models.DateTimeField(null=True, blank=True)
    deletes_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.account}"


class Warning(models.Model):
    """One of the promised warnings of a case; delivered when a mail server has it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="warnings")
    days = models.PositiveSmallIntegerField()
    written_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-days"]
        constraints: ClassVar = [
            models.UniqueConstraint("case", "days", name="warned_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.days}"
