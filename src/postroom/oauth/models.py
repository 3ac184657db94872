"""Clients that an administrator registered at an issuer, and the grants that mailboxes have."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount, Security
from postroom.accounts.sealing import SealedField
from postroom.providers import Issuer, find_issuer


class SignInClient(models.Model):
    """Postroom as an issuer knows it: the id and secret that an administrator entered.

    What stands from `name` on is for the issuer `openid` alone: how buttons call it, what
    discovery found, and the mail servers that take its tokens.
    """

    issuer = models.CharField(max_length=20, unique=True)
    client_id = models.CharField(max_length=500)
    secret = SealedField(default=b"")
    tenant = models.CharField(max_length=253, blank=True)
    entered_at = models.DateTimeField()

    name = models.CharField(max_length=60, blank=True)
    discovery_url = models.URLField(max_length=500, blank=True)
    issued_by = models.CharField(max_length=500, blank=True)
    authorization_endpoint = models.CharField(max_length=500, blank=True)
    token_endpoint = models.CharField(max_length=500, blank=True)
    device_endpoint = models.CharField(max_length=500, blank=True)
    auth_method = models.CharField(max_length=40, default="client_secret_post")
    names_itself = models.BooleanField(default=False, help_text="In every answer: RFC 9207.")
    imap_host = models.CharField(max_length=253, blank=True)
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)
    smtp_host = models.CharField(max_length=253, blank=True)
    smtp_port = models.PositiveIntegerField(default=465)
    smtp_security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)

    class Meta:
        ordering: ClassVar = ["issuer"]

    def __str__(self) -> str:
        return self.name or self.known.name

    @property
    def known(self) -> Issuer:
        """What the catalogue knows of the issuer."""
        issuer = find_issuer(self.issuer)
        if issuer is None:
            raise LookupError(self.issuer)
        return issuer

    def endpoint(self, what: str) -> str:
        """The issuer's `authorization`, `token` or `device` endpoint; empty where there is none."""
        column = f"{what}_endpoint"
        if self.known.is_discovered:
            return str(getattr(self, column))
        return str(getattr(self.known, column)).replace("{tenant}", self.tenant)


class Grant(models.Model):
    """What the owner of a mailbox consented to: the tokens, sealed, of one account.

    `identity` is who consented; for a shared mailbox that is not the account's address. A
    `generation` is one answer of the issuer: tokens are exchanged only against the generation they
    were asked with. After `revoked_at` the issuer is not asked any more; before `not_before` it is
    not asked again, because it just failed.
    """

    account = models.OneToOneField(EmailAccount, on_delete=models.CASCADE, related_name="grant")
    issuer = models.CharField(max_length=20)
    identity = models.CharField(max_length=254, blank=True)
    refresh_token = SealedField()
    access_token = SealedField()
    generation = models.PositiveIntegerField(default=1)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    failure_sentence = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.account} at {self.issuer}"


class ColleagueProvider(models.Model):
    """The OpenID provider at which the organisation's own people sign in to Postroom; one at most.

    Not a SignInClient: those open mailboxes, and what is consented to here opens none.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=60)
    client_id = models.CharField(max_length=500)
    secret = SealedField(default=b"")
    discovery_url = models.URLField(max_length=500)
    issued_by = models.CharField(max_length=500)
    authorization_endpoint = models.CharField(max_length=500)
    token_endpoint = models.CharField(max_length=500)
    auth_method = models.CharField(max_length=40)
    names_itself = models.BooleanField(default=False, help_text="In every answer: RFC 9207.")
    entered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_colleague_provider")
        ]

    def __str__(self) -> str:
        return self.name


class Binding(models.Model):
    """Who a user is at the provider: its name and its subject, which no address change touches."""

    user = models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="bindings")
    issued_by = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issued_by", "subject"], name="one_user_of_a_subject"),
            models.UniqueConstraint(fields=["user", "issued_by"], name="one_subject_of_a_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.issued_by}"
