"""An address that is told of events, and each time it is."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from postroom.accounts.sealing import SealedField
from postroom.archive.models import Email, Lookout
from postroom.team.models import User


class Event(models.TextChoices):
    """What a program can be told of."""

    RECEIVED = "email.received", "An email was received"
    SENT = "email.sent", "An email was sent"
    BOUNCED = "email.bounced", "A sent email came back"
    RULE_MET = "rule.met", "A mail rule of mine says so"


PING = "ping"


class Webhook(Lookout):
    """Where a user's program hears of events; it hears of what its user may see, and no more.

    `secret` signs what is posted. `failing_since` is the first failure after the last success;
    `off_because` says why it is off.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=20, choices=Event.choices))
    secret = SealedField()
    made_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, blank=True)
    off_because = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.url

    @property
    def is_on(self) -> bool:
        """Whether anything is posted to it."""
        return not self.off_because


class Delivery(models.Model):
    """One event for one webhook: posted until it is taken, or given up. Without an email: a test.

    `rule` is the number of the rule that has it told; 0 for what happened by itself.
    `key` is the `webhook-id` of every attempt, by which a receiver knows what it had already.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    event = models.CharField(max_length=20)
    email = models.ForeignKey(Email, null=True, on_delete=models.CASCADE, related_name="+")
    rule = models.BigIntegerField(default=0, db_default=0)
    made_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True, help_text="Empty: nothing follows.")
    delivered_at = models.DateTimeField(null=True, blank=True)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "webhook", "event", "email", "rule", name="an_event_is_delivered_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="delivery_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"
