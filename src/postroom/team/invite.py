"""An invite: who may become a user by a link that serves once, and until when."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q


class Invite(models.Model):
    """Somebody was invited. The link's token is kept nowhere, only its digest.

    Of one address one invite is open at a time. A used or withdrawn one stays, without a way in.
    """

    email = models.EmailField()
    name = models.CharField(max_length=120)
    profile = models.ForeignKey("team.Profile", null=True, blank=True, on_delete=models.SET_NULL)
    role = models.ForeignKey("team.Role", null=True, blank=True, on_delete=models.SET_NULL)
    is_administrator = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        "team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="invites"
    )
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-sent_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email"],
                name="one_open_invite",
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def is_over(self, now: datetime) -> bool:
        """Whether its time is up."""
        return self.expires_at <= now
