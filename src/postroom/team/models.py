"""Users, what they may do, the organisation they work for, and the audit log."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.crypto import salted_hmac

from postroom.mime import canonical_domain
from postroom.team.digest_wish import DigestWish as DigestWish
from postroom.team.inbox_column import InboxColumn as InboxColumn
from postroom.team.invite import Invite as Invite
from postroom.team.once_a_page import once_a_page
from postroom.team.password_link import PasswordLink as PasswordLink
from postroom.team.saved_search import SavedSearch as SavedSearch
from postroom.team.session import Session as Session
from postroom.team.trusted_sender import TrustedSender as TrustedSender
from postroom.team.written_once import written_once


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
    window = models.CharField(
        max_length=12,
        blank=True,
        help_text="Existing mail of mailboxes: all, since a day, or 12m: of so many months.",
    )
    superiors_see = models.BooleanField(default=False)
    logs_reading = models.BooleanField(
        default=False, help_text="Who reads a colleague’s email stands in the audit log."
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="Whose days and months the clean-up counts."
    )
    counts_other_programs = models.BooleanField(
        default=False, help_text="What is read in other mail programs counts as opened here."
    )
    has_notices = models.BooleanField(
        default=False, help_text="Emails may tell their sender when they are opened."
    )
    second_factor_required = models.BooleanField(default=False)
    passwords_for_all = models.BooleanField(
        default=True, help_text="Off: only administrators sign in with a password."
    )
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the own domains as addresses are compared with them."""
        self.own_domains = [d for d in map(canonical_domain, self.own_domains) if d]
        super().save(*args, **kwargs)

    @classmethod
    def get(cls) -> "Organisation":
        """The organisation, made on first use."""
        return once_a_page(cls, lambda: next(iter(the_one()), None) or cls.made())

    @classmethod
    def made(cls) -> "Organisation":
        """Made, unless somebody else was quicker."""
        return cls.objects.get_or_create(id=1)[0]


@written_once()
def the_one() -> models.QuerySet[Organisation]:
    """The organisation, if it was made."""
    return Organisation.objects.filter(id=1)


class Role(models.Model):
    """A place in the hierarchy; `superior` is the role one step above."""

    name = models.CharField(max_length=80, unique=True)
    superior = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )

    def __str__(self) -> str:
        return self.name


class Permission(models.TextChoices):
    """What a profile may allow. Administrators may all of it. Reference: Permission Required."""

    INTEGRATE_EMAIL = "integrate_email", "Integrate email"
    MANAGE_EMAIL_SETTINGS = "manage_email_settings", "Manage email settings"
    MANAGE_USERS = "manage_users", "Manage users"


class Profile(models.Model):
    """What its users may do. Who has none of their own has the default one."""

    name = models.CharField(max_length=80, unique=True)
    permissions = ArrayField(
        models.CharField(max_length=40, choices=Permission.choices), default=list, blank=True
    )
    is_default = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering: ClassVar = ["-is_default", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "is_default", condition=models.Q(is_default=True), name="one_default_profile"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def default(cls) -> "Profile":
        """The profile of everyone who was given no other, made on first use."""
        begun = {"name": "Standard", "permissions": [Permission.INTEGRATE_EMAIL]}
        return cls.objects.get_or_create(is_default=True, defaults=begun)[0]


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
    profile = models.ForeignKey(
        Profile, null=True, blank=True, on_delete=models.SET_NULL, related_name="users"
    )
    is_administrator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    active_on = models.DateField(
        null=True, blank=True, help_text="The last day on which they did something here."
    )
    gone_on = models.DateField(null=True, blank=True, help_text="Since when they cannot sign in.")
    joined_at = models.DateTimeField(auto_now_add=True)
    generation = models.PositiveIntegerField(
        default=0, editable=False, help_text="Of sessions: those of an earlier one have ended."
    )
    salesinbox_on = models.BooleanField(
        default=True, help_text="SalesInbox; the Cleanup Policy switches it off."
    )
    notice_columns = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="Columns of SalesInbox whose new mail their browser tells of.",
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering: ClassVar = ["name", "email"]

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session carries: another password or generation, and it holds no more."""
        bound = f"{self.password}:{self.generation}"
        return salted_hmac("postroom.team.sessions", bound, secret, algorithm="sha256").hexdigest()


class Scope(models.TextChoices):
    """What an API key is for."""

    READ = "read", "Read"
    WRITE = "write", "Read and write"


class ApiKey(models.Model):
    """A key by which a program acts as its user and sees what they see.

    Of the key itself only the SHA-256 is stored; `beginning` is what people know it by.
    `spent_until` counts its requests: see `team.api_keys`.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.READ)
    digest = models.BinaryField(max_length=32, unique=True)
    beginning = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    spent_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"


class Act(models.TextChoices):
    """What is written into the audit log: who did this to whom or what."""

    USER_ADDED = "user_added", "added the user"
    USER_ACTIVATED = "user_activated", "restored the access of"
    USER_DEACTIVATED = "user_deactivated", "ended the access of"
    PASSWORD_SET = "password_set", "set a new password for"
    PASSWORD_LINK_MADE = "password_link_made", "made a link to a new password of"
    INVITE_SENT = "invite_sent", "invited"
    INVITE_WITHDRAWN = "invite_withdrawn", "withdrew the invitation of"
    INVITE_USED = "invite_used", "accepted the invitation for"
    SIGNED_IN = "signed_in", "signed in as"
    SIGN_IN_REFUSED = "sign_in_refused", "was refused to sign in as"
    SESSION_ENDED = "session_ended", "ended sessions of"
    FACTOR_ADDED = "factor_added", "added a second factor for"
    FACTOR_REMOVED = "factor_removed", "removed a second factor of"
    SIGN_IN_BOUND = "sign_in_bound", "bound a sign-in elsewhere to"
    SIGN_IN_UNBOUND = "sign_in_unbound", "unbound the sign-in elsewhere of"
    DOOR_CHANGED = "door_changed", "changed how people sign in:"
    ROLE_GIVEN = "role_given", "gave another role to"
    ROLE_ADDED = "role_added", "added the role"
    ROLE_CHANGED = "role_changed", "changed the role"
    ROLE_REMOVED = "role_removed", "removed the role"
    PROFILE_GIVEN = "profile_given", "gave another profile to"
    PROFILE_ADDED = "profile_added", "added the profile"
    PROFILE_CHANGED = "profile_changed", "changed the profile"
    PROFILE_REMOVED = "profile_removed", "removed the profile"
    ACCOUNT_PREPARED = "account_prepared", "set up the mailbox"
    ACCOUNT_CONNECTED = "account_connected", "connected the mailbox"
    ACCOUNT_RECONNECTED = "account_reconnected", "entered the password of"
    ACCOUNT_PAUSED = "account_paused", "paused the mailbox"
    ACCOUNT_RESUMED = "account_resumed", "resumed the mailbox"
    ACCOUNT_DEACTIVATED = "account_deactivated", "deactivated the mailbox"
    ACCOUNT_REMOVED = "account_removed", "removed the mailbox"
    CLEANUP_SET = "cleanup_set", "set the clean-up for"
    CLEANUP_LIFTED = "cleanup_lifted", "lifted the clean-up rule for"
    CLEANUP_PAUSED = "cleanup_paused", "paused the mailbox"
    CLEANUP_WARNED = "cleanup_warned", "warned of the clean-up of"
    CLEANUP_HID = "cleanup_hid", "deactivated the mailbox"
    CLEANUP_DELETES = "cleanup_deletes", "began to delete the emails of"
    CLEANUP_ENDED = "cleanup_ended", "left alone the mailbox"
    MAIL_DELETED = "mail_deleted", "deleted here all emails of"
    MAILBOX_KEPT = "mailbox_kept", "kept the mailbox"
    HOLD_PLACED = "hold_placed", "placed a legal hold on"
    HOLD_LIFTED = "hold_lifted", "lifted the legal hold on"
    HANDED_OVER = "handed_over", "handed over the mailbox"
    TASKS_GIVEN = "tasks_given", "gave away the open tasks of"
    SHARING_CHANGED = "sharing_changed", "changed the sharing of"
    RULE_SET = "rule_set", "set the sharing for"
    RULE_LIFTED = "rule_lifted", "lifted the sharing rule for"
    EXCLUDED = "excluded", "excluded from sharing"
    EXCLUSION_ENDED = "exclusion_ended", "allowed sharing again of"
    SUPERIORS_SET = "superiors_set", "decided what superiors see:"
    NOTICES_SET = "notices_set", "switched the open and click notice"
    DOMAINS_SET = "domains_set", "changed the own domains of"
    PERSON_SHARED = "person_shared", "shared emails of"
    PERSON_UNSHARED = "person_unshared", "ended the sharing of emails of"
    EMAIL_HIDDEN = "email_hidden", "hid"
    EMAIL_SHOWN = "email_shown", "chose what colleagues see of"
    EMAIL_LEFT = "email_left", "left to the mailbox’s sharing"
    EMAIL_UNDONE = "email_undone", "took back the last choice about"
    EMAIL_READ = "email_read", "read"
    ACCESS_ASKED = "access_asked", "asked for access to"
    ACCESS_GRANTED = "access_granted", "gave access to"
    ACCESS_DECLINED = "access_declined", "declined to give access to"
    ACCESS_ENDED = "access_ended", "ended an access of"
    VIEWED_AS = "viewed_as", "viewed emails as"
    LOG_EXPORTED = "log_exported", "exported"
    LOG_CHANGED = "log_changed", "changed what is logged:"
    MEMBER_ADDED = "member_added", "added a member to"
    MEMBER_REMOVED = "member_removed", "took a member out of"
    CODE_SENT = "code_sent", "had a code sent to"
    FROM_VERIFIED = "from_verified", "verified the From address"
    FROM_REMOVED = "from_removed", "removed the From address"
    SALESINBOX_ON = "salesinbox_on", "switched SalesInbox on for"
    SALESINBOX_OFF = "salesinbox_off", "switched SalesInbox off for"
    WEBHOOK_MADE = "webhook_made", "added a webhook at"
    WEBHOOK_REMOVED = "webhook_removed", "removed the webhook at"
    KEY_MADE = "key_made", "made the API key"
    KEY_REVOKED = "key_revoked", "revoked the API key"
    BACKED_UP = "backed_up", "made a backup of"
    RESTORED = "restored", "restored from a backup"
    MAIL_EXPORTED = "mail_exported", "exported emails:"
    MAIL_IMPORTED = "mail_imported", "imported emails:"
    PERSON_DISCLOSED = "person_disclosed", "collected what is known of"
    PERSON_ERASED = "person_erased", "erased"
    ERASURE_LIFTED = "erasure_lifted", "allowed again what was erased:"


class AuditEntry(models.Model):
    """One line of the audit log. Only added: the database itself refuses to change or remove one.

    `subject` is text and no reference: it says whom it was done to, whatever becomes of them.
    `occasion` names what is written down once, however often it happens.
    """

    actor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="acts"
    )
    act = models.CharField(max_length=20)  # One of Act; choices would be a migration for each.
    subject = models.CharField(max_length=254)
    detail = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()
    occasion = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["act", "at"], name="audit_of_an_act")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "occasion", condition=~models.Q(occasion=""), name="written_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.words} {self.subject}"

    @property
    def words(self) -> str:
        """What was done, in words."""
        return Act(self.act).label

    @property
    def who(self) -> str:
        """Who did it: without a user the command line, and at the door whoever stood there."""
        return str(self.actor or BY_NOBODY.get(Act(self.act), "The command line"))


CLEANUP = (
    Act.CLEANUP_PAUSED,
    Act.CLEANUP_WARNED,
    Act.CLEANUP_HID,
    Act.CLEANUP_DELETES,
    Act.CLEANUP_ENDED,
    Act.SALESINBOX_ON,
    Act.SALESINBOX_OFF,
)
BY_NOBODY = {
    Act.SIGN_IN_REFUSED: "Somebody",
    Act.MAIL_DELETED: "Postroom",
    **dict.fromkeys(CLEANUP, "The Cleanup Policy"),
}
