"""Whose older mail a server was asked for."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount


class Inquiry(models.Model):
    """The mail server was asked for all mail with this address that is not recorded here.

    Without a row the address is still to be asked for. It holds for what lay on the server then;
    what came later was matched as it came.
    """

    pk = models.CompositePrimaryKey("account_id", "canonical")
    account = models.ForeignKey(
        EmailAccount, on_delete=models.CASCADE, related_name="inquiries", db_index=False
    )
    canonical = models.CharField(max_length=254)
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name_plural: ClassVar = "inquiries"

    def __str__(self) -> str:
        return self.canonical
