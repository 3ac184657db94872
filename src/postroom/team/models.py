"""Users, their roles, and the organisation they work for."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models


class StorageMode(models.TextChoices):
    """How much of a mailbox is copied here. Design, decision 5."""

    MATCHED = "matched", "Bodies only of mail with leads and contacts"
    EVERYTHING = "everything", "Bodies of all mail"
    STRICT = "strict", "Nothing of mail without a lead or contact"


class Organisation(models.Model):
    """The one organisation of this installation and what it decided for everyone."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=120, default="My organisation")
    own_domains = ArrayField(
        models.CharField(max_length=253),
        default=list,
        blank=True,
        help_text="Addresses at these domains are colleagues and never match leads or contacts.",
    )
    storage = models.CharField(
        max_length=12, choices=StorageMode.choices, default=StorageMode.MATCHED
    )
    superiors_see = models.BooleanField(default=False)
    octets_a_day = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="What a mailbox's existing mail may take of a day's traffic; empty: no limit.",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_organisation")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def get(cls) -> "Organisation":
        """The organisation, made on first use."""
        return cls.objects.get_or_create(id=1)[0]


class Role(models.Model):
    """A place in the hierarchy; `superior` is the role one step above."""

    name = models.CharField(max_length=80, unique=True)
    superior = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Users by their email address, which is stored in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Add a user; without a password nobody can sign in as them."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user as they may have typed their address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Someone who signs in. Deactivated users see nothing and cannot sign in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.SET_NULL)
    is_administrator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering: ClassVar = ["name", "email"]

    def __str__(self) -> str:
        return self.name or self.email
