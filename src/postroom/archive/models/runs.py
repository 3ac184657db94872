"""How a sync is getting on, in numbers that a person can read."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount


class SyncRun(models.Model):
    """One pass over an account: what it found to do and how much of it is done.

    While existing mail is brought, `messages_planned` is all there is of it and `messages_before`
    what earlier runs brought, so that a run after a pause goes on where the one before ended.
    Rates are a second's, smoothed; 0 while there is none to speak of.
    """

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    messages_before = models.PositiveBigIntegerField(default=0)
    messages_planned = models.PositiveBigIntegerField(default=0)
    messages_found = models.PositiveIntegerField(default=0)
    messages_done = models.PositiveIntegerField(default=0)
    bodies_found = models.PositiveIntegerField(default=0)
    bodies_done = models.PositiveIntegerField(default=0)
    messages_rate = models.FloatField(default=0)
    bodies_rate = models.FloatField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-started_at"], name="run_latest")]

    def __str__(self) -> str:
        return f"{self.messages_here}/{self.messages_in_all}"

    @property
    def messages_here(self) -> int:
        """How many messages are here, those of earlier runs included."""
        return self.messages_before + self.messages_done

    @property
    def messages_in_all(self) -> int:
        """How many there are to be, as far as is known."""
        found = self.messages_before + self.messages_found
        return max(found, self.messages_planned, self.messages_here)

    @property
    def seconds_left(self) -> float | None:
        """Time to the end at the rate of late; None while there is no rate to speak of.

        Bodies come beside the messages, so the slower of the two decides.
        """
        work = (
            (self.messages_in_all - self.messages_here, self.messages_rate),
            (self.bodies_found - self.bodies_done, self.bodies_rate),
        )
        if any(left > 0 and not rate for left, rate in work):
            return None
        return max((left / rate for left, rate in work if left > 0), default=0.0)
