"""What comparing a folder with its server showed, and when that was different."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from postroom.accounts.models import EmailAccount
from postroom.archive.models.folders import Folder


class ProofEntry(models.Model):
    """The proof of one folder from the moment on at which it came out like this.

    `server` = `recorded` + `quarantined` + `left_out` + `missing`, counted over the UIDs that the
    server listed. What was left out was not meant to be brought, `older` of it because it came
    before the mailbox's first day. Written only when it differs from the entry before. Design §5,
    invariant 2. With a `refusal` the folder could not be compared, and the counts are those of
    before.
    """

    folder = models.ForeignKey(
        Folder, on_delete=models.CASCADE, related_name="proofs", db_index=False
    )
    proved_at = models.DateTimeField()
    server = models.PositiveIntegerField()
    recorded = models.PositiveIntegerField()
    quarantined = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField(default=0)
    older = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField()
    missing_uids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    refusal = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "proof entries"
        indexes: ClassVar = [models.Index(fields=["folder", "-id"], name="proof_latest")]

    def __str__(self) -> str:
        return f"{self.server} · {self.recorded} · {self.quarantined} · {self.missing}"

    @property
    def waiting(self) -> int:
        """Left out until another day."""
        return self.left_out - self.older


class Comparison(models.Model):
    """Someone wanted an account compared with its server at once, and what came of it.

    `trouble` is the sentence of what stood in the way; `healed` counts what was found missing and
    has been brought.
    """

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="comparisons")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    server = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    healed = models.PositiveIntegerField(default=0)
    trouble = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.account} at {self.asked_at}"
