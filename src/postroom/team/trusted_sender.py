"""Senders whose images a user always wants to see."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class TrustedSender(models.Model):
    """An address whose emails are shown to this user with the images that lie elsewhere."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trusted_senders"
    )
    address = models.CharField(max_length=320)

    class Meta:
        ordering: ClassVar = ["address"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "address"], name="one_trust_an_address"),
        ]

    def __str__(self) -> str:
        return self.address
