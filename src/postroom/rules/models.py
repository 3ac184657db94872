"""A rule as its owner wrote it, and what it did to which email."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email, Lookout
from postroom.team.models import User


class Trigger(models.TextChoices):
    """What a rule waits for."""

    RECEIVED = "received", "An email is received"
    SENT = "sent", "An email is sent"
    BOUNCED = "bounced", "A sent email bounces"
    UNANSWERED = "unanswered", "A sent email is not answered"
    UNREPLIED = "unreplied", "A received email is not answered by me"


WAITS_DAYS = (Trigger.UNANSWERED, Trigger.UNREPLIED)


class Rule(Lookout):
    """When such mail comes, goes, bounces or stays without an answer, do this with it.

    `conditions` and `deeds` are lists of `{"kind": …, "text": …}`, of the kinds in the tables of
    `conditions` and `deeds`. A rule acts on its owner's own mailboxes (`account`, or all of them),
    and on nothing that came before `since`.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="rules")
    account = models.ForeignKey(
        EmailAccount, null=True, blank=True, on_delete=models.CASCADE, related_name="rules"
    )
    name = models.CharField(max_length=120)
    position = models.PositiveIntegerField()
    is_on = models.BooleanField(default=True)
    is_last = models.BooleanField(default=False)
    trigger = models.CharField(max_length=10, choices=Trigger.choices, default=Trigger.RECEIVED)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    needs_all = models.BooleanField(default=True)
    conditions = models.JSONField(default=list)
    deeds = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_rule_that_waits_has_days",
                condition=Q(trigger__in=WAITS_DAYS, days__isnull=False)
                | (~Q(trigger__in=WAITS_DAYS) & Q(days__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RuleRun(models.Model):
    """A rule met an email, once: what came of it, in words.

    `told_at` is empty while its owner is to be told of it and was not.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs")
    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    words = models.TextField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint("rule", "email", name="a_rule_meets_an_email_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["rule"], name="run_to_tell", condition=Q(told_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.email_id}"
