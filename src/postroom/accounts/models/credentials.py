"""Sealed secrets of accounts."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models.account import EmailAccount
from postroom.accounts.sealing import SealedField


class Direction(models.TextChoices):
    """Which of an account's servers a credential opens."""

    INCOMING = "incoming", "Incoming"
    OUTGOING = "outgoing", "Outgoing"


class Credential(models.Model):
    """A sealed secret; opened only by `accounts.seals`, for the account it was sealed for."""

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="credentials")
    direction = models.CharField(max_length=8, choices=Direction.choices)
    sealed = SealedField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("account", "direction", name="one_credential_a_direction"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} credential"
