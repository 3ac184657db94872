"""What is shared with colleagues, by whose decision, and what never is."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models.account import EmailAccount
from postroom.accounts.models.reach import Reach, Sharing
from postroom.crm.models import Person
from postroom.mime import canonical_address, canonical_domain
from postroom.team.models import Role, User

CHOICE = "choice"
LONGEST_PATTERN = 254


class SharingRule(Reach):
    """What administrators set for one user, or for all with a role. Reference: Email Sharing.

    A user's own rule goes before their role's, and both before what the user chose; *choice*
    leaves it to the user.
    """

    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="sharing_rule"
    )
    role = models.OneToOneField(
        Role, null=True, blank=True, on_delete=models.CASCADE, related_name="sharing_rule"
    )
    mode = models.CharField(
        max_length=8, choices=[*Sharing.choices, (CHOICE, "User’s choice")], default=CHOICE
    )
    set_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) ^ models.Q(role__isnull=False),
                name="rule_for_a_user_or_a_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.role}: {self.get_mode_display()}"


class SharingInForce(Reach):
    """A view: with whom each account's mail is shared at this moment, and by which rule.

    `is_set`: an administrator decided it, and not the account's owner.
    """

    account = models.OneToOneField(
        EmailAccount, primary_key=True, on_delete=models.DO_NOTHING, related_name="in_force"
    )
    mode = models.CharField(max_length=8, choices=Sharing.choices)
    rule = models.ForeignKey(SharingRule, null=True, on_delete=models.DO_NOTHING, related_name="+")
    is_set = models.BooleanField()

    class Meta:
        managed = False
        db_table = "accounts_sharing_in_force"

    def __str__(self) -> str:
        return f"{self.account}: {self.get_mode_display()}"


class Share(models.Model):
    """The owner of a *custom* account lets colleagues see its mail with this person.

    Only by the addresses of which the owner said so: whoever may edit people could otherwise open
    any mail of the account by giving a shared person one more address.
    """

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="shares")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="shares")
    shared_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("account", "person", name="shared_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} with {self.person}"


class SharedAddress(models.Model):
    """What the owner decided about one address of a shared person; undecided ones have no row."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="addresses")
    canonical = models.CharField(max_length=254)
    is_shared = models.BooleanField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("share", "canonical", name="decided_once"),
        ]

    def __str__(self) -> str:
        return self.canonical


class PatternUnusable(ValueError):
    """Neither an address nor a domain: it would exclude nobody."""


def pattern_of(written: str) -> str:
    """What somebody wrote, in the form in which participants are compared with it.

    Raises PatternUnusable.
    """
    pattern = canonical_domain(written) or canonical_address(written)
    if not pattern or len(pattern) > LONGEST_PATTERN:
        raise PatternUnusable(written)
    return pattern


class Exclusion(models.Model):
    """Mail with this address, or at this domain and below, is never shared.

    Without an owner, for everyone.
    """

    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="exclusions"
    )
    pattern = models.CharField(
        max_length=LONGEST_PATTERN, help_text="A canonical address, or a domain without the @."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("owner", "pattern", name="excluded_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.pattern

    def save(self, *args: object, **kwargs: object) -> None:
        """Store the pattern as it is compared. Raises PatternUnusable."""
        self.pattern = pattern_of(self.pattern)
        super().save(*args, **kwargs)  # type: ignore[arg-type]
