"""How a sync is getting on, in numbers that a person can read."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount


class SyncRun(models.Model):
    """One pass over an account: what it found to do and how much of it is done."""

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    messages_found = models.PositiveIntegerField(default=0)
    messages_done = models.PositiveIntegerField(default=0)
    bodies_found = models.PositiveIntegerField(default=0)
    bodies_done = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-started_at"], name="run_latest")]

    def __str__(self) -> str:
        return f"{self.messages_done}/{self.messages_found}"

    def seconds_left(self, now: datetime) -> float | None:
        """Time to the end at the rate so far; None while there is no rate to speak of."""
        done = self.messages_done + self.bodies_done
        left = self.messages_found + self.bodies_found - done
        elapsed = (now - self.started_at).total_seconds()
        return left * elapsed / done if done and elapsed > 0 else None
