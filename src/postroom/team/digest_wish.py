"""A user's wish for a morning email."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

WORKING_DAYS = (0, 1, 2, 3, 4)


class DigestWish(models.Model):
    """A user wants one email a day that says what waits for them; without a row they get none.

    `hour` and `days` (Monday is 0) are those of `time_zone`. `told_at`: when there was one last.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="digest_wish",
    )
    hour = models.PositiveSmallIntegerField(default=7)
    days = ArrayField(models.PositiveSmallIntegerField(), default=list)
    time_zone = models.CharField(max_length=64, default="UTC")
    told_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user}: {self.hour}:00 {self.time_zone}"
