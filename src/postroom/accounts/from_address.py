"""An address from which an account's owner may write. Reference: More From Addresses."""

from typing import ClassVar

from django.db import models


class FromAddress(models.Model):
    """The account's own address, or one that was added and proved with a code sent to it.

    Nothing is sent from an address that is not verified, and the default one always is. Of a code
    only a digest is kept, until it is used, expires or was guessed wrong too often. A formatted
    signature has the same words in `signature`.
    """

    account = models.ForeignKey(
        "accounts.EmailAccount", on_delete=models.CASCADE, related_name="from_addresses"
    )
    name = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=254)
    reply_to = models.CharField(max_length=254, blank=True)
    signature = models.TextField(max_length=4000, blank=True)
    signature_html = models.TextField(blank=True)
    is_default = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True, blank=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-is_default", "address"]
        constraints: ClassVar = [
            models.UniqueConstraint("account", "address", name="from_address_once"),
            models.UniqueConstraint(
                "account", condition=models.Q(is_default=True), name="one_default_from_address"
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(verified_at__isnull=False),
                name="default_from_address_is_verified",
            ),
        ]

    def __str__(self) -> str:
        return self.address
