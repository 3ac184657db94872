"""A link by which a user chooses a new password: once, and not for long."""

from datetime import datetime
from typing import ClassVar

from django.db import models


class PasswordLink(models.Model):
    """The newest link of a user. Its token is kept nowhere, only its digest.

    `offered_by` is empty where the user asked for it at the door.
    """

    user = models.OneToOneField("team.User", on_delete=models.CASCADE, related_name="password_link")
    digest = models.CharField(max_length=64, unique=True)
    offered_by = models.ForeignKey(
        "team.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    expires_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return str(self.user)

    def is_over(self, now: datetime) -> bool:
        """Whether its time is up."""
        return self.expires_at <= now
