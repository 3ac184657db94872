"""A connected mailbox, its servers, and what people decided about it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property

from postroom.accounts.models.reach import Reach, Sharing
from postroom.team.models import StorageMode, User


class Security(models.TextChoices):
    """How the connection to a mail server is protected."""

    TLS = "tls", "TLS"
    STARTTLS = "starttls", "STARTTLS"
    NONE = "none", "None (only on allowed networks)"


class Protocol(models.TextChoices):
    """How an account's mail is read."""

    IMAP = "imap", "IMAP"
    POP = "pop", "POP3"


class KeepSent(models.TextChoices):
    """Whether what is sent is stored there. Reference: Store sent messages on the server."""

    AUTO = "auto", "Automatic"
    ALWAYS = "always", "Always"
    NEVER = "never", "Never"


class Activation(models.TextChoices):
    """What people decided about an account."""

    WAITING = "waiting", "Waiting for its password"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    DEACTIVATED = "deactivated", "Deactivated"
    IMPORTED = "imported", "Imported from files"


class EmailAccount(Reach):
    """A mailbox that someone connected.

    `activation` is what a person decided; `trouble` is what the last attempt met
    (a kind of `net.errors`, empty when all is well) and `trouble_sentence` what to do about it.
    `incident_at` is when its owner was first needed to mend a trouble; it outlives attempts and
    other troubles until a sign-in works, so that one incident is told once. `decided_at` is when it
    was paused or deactivated; without `decided_by`, by whoever sits at the machine.
    `sharing` and its reach are the owner's own choice; what holds is in SharingInForce.
    """

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="email_accounts")
    address = models.CharField(max_length=254, unique=True)
    provider = models.CharField(max_length=40, blank=True)

    protocol = models.CharField(max_length=4, choices=Protocol.choices, default=Protocol.IMAP)
    imap_host = models.CharField(max_length=253, blank=True)
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)
    pop_host = models.CharField(max_length=253, blank=True)
    pop_port = models.PositiveIntegerField(default=995)
    pop_security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)
    smtp_host = models.CharField(max_length=253, blank=True)
    smtp_port = models.PositiveIntegerField(default=465)
    smtp_security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)
    smtp_username = models.CharField(max_length=254, blank=True)
    smtp_size = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Octets its outgoing server takes, if it said so."
    )
    username = models.CharField(max_length=254, blank=True)

    sharing = models.CharField(max_length=8, choices=Sharing.choices, default=Sharing.PRIVATE)
    storage = models.CharField(max_length=12, choices=StorageMode.choices, blank=True)
    keep_sent = models.CharField(max_length=6, choices=KeepSent.choices, default=KeepSent.AUTO)

    activation = models.CharField(
        max_length=12, choices=Activation.choices, default=Activation.ACTIVE
    )
    trouble = models.CharField(max_length=40, blank=True)
    trouble_sentence = models.TextField(blank=True)
    trouble_since = models.DateTimeField(null=True, blank=True)
    incident_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_because = models.CharField(max_length=400, blank=True)
    is_policys = models.BooleanField(default=False, help_text="The Cleanup Policy decided it.")
    smtp_trouble_sentence = models.TextField(blank=True)

    window = models.CharField(
        max_length=12,
        blank=True,
        help_text="Existing mail: all, or since a day; empty: as the organisation decided.",
    )
    octets_a_day = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="For existing mail; empty: as the organisation decided."
    )
    traffic_day = models.DateField(null=True, blank=True)
    traffic_octets = models.PositiveBigIntegerField(default=0)

    tier = models.CharField(max_length=12, blank=True)
    capabilities = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    connected_at = models.DateTimeField(auto_now_add=True)
    first_complete_at = models.DateTimeField(null=True, blank=True)
    last_complete_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["address"]

    def __str__(self) -> str:
        return self.address

    @property
    def is_imported(self) -> bool:
        """Whether its mail came from files; its address is none."""
        return self.activation == Activation.IMPORTED

    @property
    def incoming(self) -> tuple[str, int, str]:
        """Host, port and security of the server that its mail is read from."""
        if self.protocol == Protocol.POP:
            return self.pop_host, self.pop_port, self.pop_security
        return self.imap_host, self.imap_port, self.imap_security

    @cached_property
    def own_addresses(self) -> frozenset[str]:
        """The canonical addresses its owner writes from; of mail from files, from all they have."""
        if self.is_imported:
            real = self.owner.email_accounts.exclude(activation=Activation.IMPORTED)
            return frozenset({self.owner.email}.union(*(one.own_addresses for one in real)))
        verified = self.from_addresses.filter(verified_at__isnull=False)
        return frozenset((self.address, *verified.values_list("address", flat=True)))

    @property
    def sign_in_name(self) -> str:
        """The user name at the mail server: the address unless told otherwise."""
        return self.username or self.address

    @property
    def sending_name(self) -> str:
        """The user name at the outgoing server: the same unless told otherwise."""
        return self.smtp_username or self.sign_in_name


class Deletion(models.Model):
    """A deactivated account's mail on its way out of here; the row goes with the last of it.

    `done` counts emails and moves in the transactions that delete them, so that whoever is killed
    leaves a true number to go on from. `rate` is a second's; 0 before there is one to speak of.
    Until `begins_on` nothing is deleted, the secrets included: the mail is hidden, and comes back
    as it was when somebody wants it. Empty: it has begun.
    """

    account = models.OneToOneField(EmailAccount, on_delete=models.CASCADE, related_name="deletion")
    asked_at = models.DateTimeField()
    begins_on = models.DateField(null=True, blank=True)
    removes_account = models.BooleanField(default=False)
    found = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    rate = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.done}/{self.found}"

    @property
    def seconds_left(self) -> float | None:
        """Time to the end at the rate of late; None while there is none to speak of."""
        return (self.found - self.done) / self.rate if self.rate else None


class Membership(models.Model):
    """A user sees and handles a team mailbox's mail as its owner does, who alone manages it.

    A mailbox with members is a team mailbox: info@, sales@. Design §7.
    """

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["user__name", "user__email"]
        constraints: ClassVar = [
            models.UniqueConstraint("account", "user", name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.account}"
