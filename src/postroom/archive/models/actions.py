"""What people did here that the mail server is still to be told (the action log)."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount
from postroom.archive.models.emails import Email


class ActionKind(models.TextChoices):
    """A change of server state. Nothing here removes mail: Design, decision 8."""

    MARK_READ = "mark_read", "Mark as read"
    MARK_UNREAD = "mark_unread", "Mark as unread"


class ActionState(models.TextChoices):
    """How far an action came."""

    ASKED = "asked", "Waiting for the mail server"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused by the mail server"


class Action(models.Model):
    """One change to carry out on the server, after the database has committed it here."""

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="actions")
    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=12, choices=ActionKind.choices)
    state = models.CharField(max_length=8, choices=ActionState.choices, default=ActionState.ASKED)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    refusal = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(
                fields=["account"], name="action_asked", condition=models.Q(state=ActionState.ASKED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.email_id}"
