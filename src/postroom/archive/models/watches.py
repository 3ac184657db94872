"""Wishes to be told if nobody answers."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount
from postroom.archive.models.emails import Email
from postroom.team.models import User


class ResponseWatch(models.Model):
    """Somebody wants to be told if a sent email is not answered by a moment.

    Whether it was answered is asked then, and not noted before: an answer that comes late from a
    server counts. `closed_at`: it is over, for it was answered or was told.
    """

    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="watches")
    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="watches")
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    is_told = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "response watches"
        constraints: ClassVar = [
            models.UniqueConstraint("email", "by", name="watched_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="watch_waiting", condition=models.Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: by {self.due_at:%Y-%m-%d %H:%M}"
