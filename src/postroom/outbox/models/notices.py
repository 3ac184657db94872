"""The queue of what Postroom itself writes to its people."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount


class NoticeState(models.TextChoices):
    """How far a notice came."""

    WAITING = "waiting", "Waiting to be sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Could not be sent"


class Notice(models.Model):
    """An email of Postroom's own to someone who uses it. Never to a customer.

    Written once, whatever happens to its `key`; the same bytes go out at every attempt, under the
    same Message-ID: between the server's word that it has a message and our note of it a crash
    may come, and then the notice is sent again and a mail program can tell that it is the same.
    """

    key = models.CharField(max_length=400, unique=True)
    account = models.ForeignKey(
        EmailAccount, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices"
    )
    recipient = models.CharField(max_length=254)
    recipient_name = models.CharField(max_length=120, blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()

    state = models.CharField(max_length=7, choices=NoticeState.choices, default=NoticeState.WAITING)
    reason = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    written_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                name="notice_waiting",
                condition=models.Q(state=NoticeState.WAITING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"
