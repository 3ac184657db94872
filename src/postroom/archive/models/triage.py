"""What people do with their inbox that a mail server has no word for."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount
from postroom.archive.models.emails import Email


class Triage(models.Model):
    """An email of the inbox that was put aside: done with, or snoozed until a moment.

    It lies on the server where it lay. An email without a row is simply in the inbox; a snoozed one
    is on top of it once its moment has come.
    """

    email = models.OneToOneField(
        Email, primary_key=True, on_delete=models.CASCADE, related_name="triage"
    )
    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "triage"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=False) ^ models.Q(snoozed_until__isnull=False),
                name="done_or_snoozed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email_id}: {'done' if self.done_at else self.snoozed_until}"


class MutedThread(models.Model):
    """A conversation that no longer comes to the inbox, whoever writes in it."""

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="+")
    thread_root = models.TextField()
    muted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("account", "thread_root", name="muted_once"),
        ]

    def __str__(self) -> str:
        return self.thread_root
