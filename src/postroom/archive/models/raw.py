"""The RFC 5322 bytes as they came, kept once whoever received them."""

from typing import ClassVar

from django.db import models


class RawMessage(models.Model):
    """A message's bytes, zstd-compressed, under the SHA-256 of what they were.

    The truth from which everything parsed can be rebuilt (Design, decision 7).
    """

    digest = models.BinaryField(primary_key=True)
    size = models.PositiveIntegerField(help_text="Bytes before compression.")
    compressed = models.BinaryField(null=True, help_text="Empty: they lie in the raw storage.")

    class Meta:
        db_table_comment = "Content-addressed messages; immutable."
        verbose_name_plural: ClassVar = "raw messages"

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]
