"""What people decided about the deal of a conversation."""

from typing import ClassVar

from django.db import models

from postroom.archive.models.emails import Email
from postroom.crm.models import Deal
from postroom.team.models import User


class DealLink(models.Model):
    """Somebody linked a conversation with a deal, or with none (`deal` is empty); it sticks.

    The word of a person goes before the rule (ADR 38). A conversation is named as `thread_of_link`
    says, for all mailboxes: colleagues who have the same conversation have the same deal.
    """

    thread = models.TextField(primary_key=True)
    deal = models.ForeignKey(Deal, null=True, on_delete=models.CASCADE, related_name="links")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.thread}: {self.deal or 'no deal'}"


def thread_of_link(email: Email) -> str:
    """How a conversation is called; an email that answers none is one by itself."""
    return email.thread_root or f"={bytes(email.identity).hex()}"
