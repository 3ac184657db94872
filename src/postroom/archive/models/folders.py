"""Where mail lies on the server, and the ledger of every UID met there."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from postroom.accounts.models import EmailAccount
from postroom.archive.models.emails import Email
from postroom.archive.models.raw import RawMessage


class FolderRole(models.TextChoices):
    """What a folder is for (RFC 6154), whatever it is called."""

    INBOX = "inbox", "Inbox"
    SENT = "sent", "Sent"
    ARCHIVE = "archive", "Archive"
    ALL = "all", "All mail"
    DRAFTS = "drafts", "Drafts"
    JUNK = "junk", "Junk"
    TRASH = "trash", "Trash"
    OTHER = "other", "Folder"


class Folder(models.Model):
    """A folder of an account with the cursor of its sync.

    `uidvalidity`, `uidnext` and `highestmodseq` come from one completed pass and move only in
    the transaction that recorded or quarantined everything below them. Design §5, invariant 1.
    The `planned_` columns tell what lay there when the folder was first met under a numbering:
    below `planned_uidnext` mail is existing mail, from there on it is new.
    """

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="folders")
    name = models.CharField(max_length=500)
    delimiter = models.CharField(max_length=4, blank=True)
    role = models.CharField(max_length=8, choices=FolderRole.choices, default=FolderRole.OTHER)
    is_synced = models.BooleanField(default=True)

    uidvalidity = models.BigIntegerField(default=0, help_text="0: never opened.")
    uidnext = models.BigIntegerField(null=True, blank=True)
    highestmodseq = models.BigIntegerField(null=True, blank=True)
    server_count = models.PositiveIntegerField(default=0)
    server_unseen = models.PositiveIntegerField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    older = models.TextField(
        blank=True, help_text="UIDs of mail that came before the mailbox's first day, as ranges."
    )
    older_than = models.DateField(null=True, blank=True, help_text="The day they are told by.")
    is_searched = models.BooleanField(
        default=True, help_text="Its unknown mail was asked for everybody who was asked for."
    )

    keeps_keywords = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Whether the server keeps keywords here, as far as it was asked.",
    )

    planned_uidvalidity = models.BigIntegerField(default=0, help_text="0: not planned.")
    planned_uidnext = models.BigIntegerField(default=0)
    planned_messages = models.BigIntegerField(default=0)
    planned_older = models.BigIntegerField(default=0)
    planned_octets = models.BigIntegerField(null=True, blank=True, help_text="Empty: not told.")

    class Meta:
        ordering: ClassVar = ["account", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint("account", "name", name="one_folder_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ServerCopy(models.Model):
    """One place where an email lies: folder, UIDVALIDITY, UID, and its flags there.

    `email` is empty in storage mode *strict* for mail that knows nobody here: the UID is
    accounted for, nothing else is kept. `missed_at` is the first piece of evidence that it is
    gone, `gone_at` the tombstone after the second; sync never deletes. Design §5, invariant 3.
    """

    pk = models.CompositePrimaryKey("folder_id", "uidvalidity", "uid")
    folder = models.ForeignKey(
        Folder, on_delete=models.CASCADE, related_name="copies", db_index=False
    )
    email = models.ForeignKey(Email, null=True, on_delete=models.CASCADE, related_name="copies")
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    is_seen = models.BooleanField(default=False)
    is_flagged = models.BooleanField(default=False)
    is_answered = models.BooleanField(default=False)
    keywords = ArrayField(models.TextField(), null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "server copies"

    def __str__(self) -> str:
        return f"{self.folder_id}/{self.uidvalidity}/{self.uid}"


class Quarantine(models.Model):
    """A message that could not be recorded, with its reason and its bytes if they came.

    `received_at` is known where the bytes are. `ignored_at`: its owner has seen it and wants
    nothing done; it stays accounted for. `retry_asked_at`: the engine is to try it once more.
    A server that lies gives different bytes for one UID: each of them is an entry.
    """

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="quarantined")
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    reason = models.TextField()
    raw = models.ForeignKey(RawMessage, null=True, blank=True, on_delete=models.PROTECT)
    met_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    ignored_at = models.DateTimeField(null=True, blank=True)
    retry_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "quarantined messages"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["folder", "uidvalidity", "uid", "raw"],
                name="quarantined_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.folder_id}/{self.uidvalidity}/{self.uid}: {self.reason}"
