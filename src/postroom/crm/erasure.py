"""Who was erased, so that they stay erased: no names, and of addresses only digests."""

from typing import ClassVar

from django.db import models

from postroom.team.models import User


class Erasure(models.Model):
    """A person was erased: when, by whom, and how much it was. `by` is None for the command line.

    `emails` counts emails in all mailboxes, `others` everything else.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    emails = models.PositiveIntegerField(default=0)
    others = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class ErasedAddress(models.Model):
    """An address of theirs as its digest: whoever guesses an address can ask, nobody can list.

    Mail that carries it is not kept here, and it is no lead's or contact's. Keywords of labels that
    were called after them are kept out by such digests too.
    """

    digest = models.BinaryField(max_length=32, primary_key=True)
    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="addresses")

    class Meta:
        verbose_name_plural: ClassVar = "erased addresses"

    def __str__(self) -> str:
        return f"an address of {self.erasure}"
