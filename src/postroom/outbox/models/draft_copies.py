"""What of a draft lies in its mailbox's own Drafts folder."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount
from postroom.outbox.models.outgoing import OutgoingEmail


class DraftCopy(models.Model):
    """One version of a draft, put into the mailbox; the row is there before the server is asked.

    Found again by its Message-ID and our own header field, whatever its UID became. `version` is
    when the draft was changed last; without `kept_at` nobody knows yet whether the server has it.
    The row goes when the copy was put away. ADR 0023.
    """

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="+")
    outgoing = models.ForeignKey(
        OutgoingEmail, null=True, blank=True, on_delete=models.SET_NULL, related_name="draft_copies"
    )
    message_id = models.CharField(max_length=320, unique=True)
    version = models.DateTimeField()
    tried_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["version", "id"]
        verbose_name_plural = "draft copies"

    def __str__(self) -> str:
        return self.message_id
