"""Emails and the addresses on them."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount
from postroom.archive.models.raw import RawMessage


class Direction(models.TextChoices):
    """Seen from the account's owner."""

    SENT = "sent", "Sent"
    RECEIVED = "received", "Received"


class BodyState(models.TextChoices):
    """How much of an email is here (Design, decision 5)."""

    ENVELOPE = "envelope", "Only who, when and what about; the body is on the server"
    STORED = "stored", "The whole message"
    UNAVAILABLE = "unavailable", "The body could not be had"


class Email(models.Model):
    """One message as the owner of an account has it.

    Keyed by content (`identity`: Message-ID plus a digest of stable headers), so that moves,
    UIDVALIDITY changes and reconnects find the same row again. Design, decision 6.
    `received_at` is the mail server's word (INTERNALDATE): what it told beside the bytes is kept,
    so that the rest can be rebuilt from them.
    """

    account = models.ForeignKey(
        EmailAccount, on_delete=models.CASCADE, related_name="emails", db_index=False
    )
    identity = models.BinaryField(max_length=32)
    message_id = models.TextField(blank=True)
    thread_root = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    snippet = models.TextField(blank=True)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    direction = models.CharField(max_length=8, choices=Direction.choices)
    size = models.PositiveIntegerField(default=0)
    has_attachments = models.BooleanField(default=False)

    is_read = models.BooleanField(default=False)
    is_flagged = models.BooleanField(default=False)
    is_answered = models.BooleanField(default=False)
    in_inbox = models.BooleanField(
        default=False, db_default=False, help_text="A copy of it lies in the Inbox."
    )

    is_automatic = models.BooleanField(
        default=False, db_default=False, help_text="No person wrote it, as far as it says so."
    )

    body_state = models.CharField(
        max_length=12, choices=BodyState.choices, default=BodyState.ENVELOPE
    )
    body_due = models.BooleanField(default=False, help_text="To be fetched as soon as may be.")
    body_asked_at = models.DateTimeField(null=True, blank=True)
    raw = models.ForeignKey(
        RawMessage,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="emails",
        db_index=False,
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    # How much of it its viewer sees; there only on emails from `association.visible_to`.
    sight: int

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("account", "identity", name="one_email_an_identity"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-sent_at"], name="email_by_account"),
            models.Index(
                fields=["thread_root", "-sent_at"], include=["account"], name="email_by_thread"
            ),
            models.Index(fields=["account", "id"], name="email_by_arrival"),
            models.Index(fields=["raw"], name="email_raw", condition=models.Q(raw__isnull=False)),
            models.Index(
                fields=["account"],
                name="email_body_due",
                condition=models.Q(body_due=True),
            ),
            models.Index(
                fields=["account", "-sent_at", "-id"],
                name="email_in_inbox",
                condition=models.Q(in_inbox=True, removed_at__isnull=True),
            ),
            models.Index(
                fields=["account", "-sent_at", "-id"],
                name="email_unread_in_inbox",
                condition=models.Q(in_inbox=True, removed_at__isnull=True, is_read=False),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.message_id


class ParticipantRole(models.IntegerChoices):
    """The header in which an address stands.

    Sender is left out: it names the machine or list that passed a mail on, not who wrote it.
    """

    FROM = 1, "From"
    REPLY_TO = 2, "Reply-To"
    TO = 3, "To"
    CC = 4, "Cc"
    BCC = 5, "Bcc"


class Address(models.Model):
    """An address on an email, and where it stands there."""

    pk = models.CompositePrimaryKey("email_id", "role", "position")
    role = models.PositiveSmallIntegerField(choices=ParticipantRole.choices)
    position = models.PositiveSmallIntegerField()
    name = models.TextField(blank=True)
    address = models.TextField()
    canonical = models.TextField()
    sent_at = models.DateTimeField()
    account = models.ForeignKey(
        EmailAccount,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.address


class Participant(Address):
    """An address on an email. Association joins `canonical` with a person's addresses.

    `canonical` is empty where nobody can be told by what is written, or where there are more than
    can be read. `sent_at` and `account` repeat the email's, so that a person's newest mail in the
    mailboxes in which somebody sees any is read off an index: ADR 0044. It is written with its
    email, in one transaction, so PostgreSQL does not look for the email once more for each row:
    ADR 0019.
    """

    email = models.ForeignKey(
        Email,
        on_delete=models.CASCADE,
        related_name="participants",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["canonical", "-sent_at", "email"],
                include=["account"],
                name="participant_mail",
            ),
        ]


class EveryParticipant(Address):
    """A view of the same, which the wall does not guard: to work out which emails are meant.

    For `association` alone, which shows nobody what stands here: what it finds are emails, and
    those are guarded. ADR 0032.
    """

    email = models.ForeignKey(Email, on_delete=models.DO_NOTHING, related_name="+")

    class Meta:
        managed = False
        db_table = "archive_every_participant"
