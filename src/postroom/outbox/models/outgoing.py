"""The emails that people write here, from the first letter typed to the server's last word."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from postroom.accounts.models import EmailAccount, FromAddress
from postroom.archive.models import Email
from postroom.team.models import User


class OutgoingState(models.TextChoices):
    """How far an email came. Nothing leads from *unknown* to another attempt but its author."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    HELD = "held", "Sending"
    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    REFUSED = "refused", "Not sent"
    UNKNOWN = "unknown", "Unknown"
    BOUNCED = "bounced", "Bounced"


class OutgoingEmail(models.Model):
    """An email of its author's alone, until the mailbox it is sent from has it.

    `key` is made with the page on which it is written: whatever is posted twice is one row, and
    one mail. `raw` and `message_id` are fixed before the first attempt, so every attempt offers
    the same bytes; Bcc is in `recipients` and never in it. Once the sent copy was synced it is the
    email, and `raw` is forgotten here. ADR 0035.

    `not_taken` and `away` say of a recipient's address why they did not get it, and what a machine
    answered for them.

    Formatted (`is_rich`), what its author wrote is `html`, and `text` the same in plain words;
    signature and quote stand apart from it and are joined when it is sent. ADR 0037.

    A noticed email is two: `raw` goes to its recipients, and `copy_raw`, in which nothing leads
    back here, to its author's Sent folder. `notice_note` says why it is none, though that was
    wished. ADR 0051.
    """

    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="outgoing")
    key = models.UUIDField(unique=True)
    account = models.ForeignKey(
        EmailAccount, null=True, blank=True, on_delete=models.CASCADE, related_name="outgoing"
    )
    sender = models.ForeignKey(
        FromAddress, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answers = models.ForeignKey(
        Email, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    copy = models.ForeignKey(
        Email, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    in_reply_to = models.TextField(blank=True)
    references = ArrayField(models.TextField(), default=list, blank=True)
    to = models.TextField(blank=True)
    cc = models.TextField(blank=True)
    bcc = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    is_rich = models.BooleanField(default=False)
    html = models.TextField(blank=True)
    has_signature = models.BooleanField(default=True)
    has_quote = models.BooleanField(default=True)
    quote_html = models.TextField(blank=True)
    quote_text = models.TextField(blank=True)
    wants_notice = models.BooleanField(default=False)
    notice_note = models.TextField(blank=True)

    message_id = models.CharField(max_length=320, null=True, blank=True, unique=True)
    recipients = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    raw = models.BinaryField(null=True, blank=True)
    copy_raw = models.BinaryField(null=True, blank=True)

    state = models.CharField(
        max_length=9, choices=OutgoingState.choices, default=OutgoingState.DRAFT
    )
    reason = models.TextField(blank=True)
    not_taken = models.JSONField(default=dict, blank=True)
    away = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    copy_due_at = models.DateTimeField(null=True, blank=True)
    copy_note = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-changed_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                name="outgoing_waiting",
                condition=models.Q(
                    state__in=[OutgoingState.HELD, OutgoingState.QUEUED, OutgoingState.SCHEDULED]
                ),
            ),
            models.Index(
                fields=["copy_due_at"],
                name="outgoing_copy_due",
                condition=models.Q(copy_due_at__isnull=False),
            ),
            models.Index(fields=["account", "started_at"], name="outgoing_by_account"),
        ]

    def __str__(self) -> str:
        return self.subject or "(no subject)"

    @property
    def is_moving(self) -> bool:
        """Whether its state changes by itself before long."""
        return self.state in (OutgoingState.HELD, OutgoingState.QUEUED, OutgoingState.SENDING)

    @property
    def can_be_called_back(self) -> bool:
        """Whether no server has it: nothing was handed over yet."""
        return self.state in (OutgoingState.SCHEDULED, OutgoingState.HELD, OutgoingState.QUEUED)


class OutgoingFile(models.Model):
    """A file to go along; one with a Content-ID is an image inside the formatted text."""

    email = models.ForeignKey(OutgoingEmail, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=127)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    content_id = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class ReadReport(models.Model):
    """A machine's answer that was read, a report or an out-of-office reply: each counts once."""

    email = models.OneToOneField(Email, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.email_id)
