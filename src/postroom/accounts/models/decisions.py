"""What an owner decided about one email or one thread: shown, hidden, granted, asked for."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models.account import EmailAccount
from postroom.accounts.models.reach import SHOWN, Sight
from postroom.team.models import User


class About(models.Model):
    """What a decision is about: one email when `identity` is there, else its whole thread.

    By content and not by row, so that it holds for the same email after a reconnection.
    """

    identity = models.BinaryField(max_length=32, null=True, blank=True)
    thread_root = models.TextField(blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(identity__isnull=False) ^ ~models.Q(thread_root=""),
                name="%(class)s_of_an_email_or_a_thread",
            ),
        ]


class Ruling(About):
    """The owner shows or hides one email or thread; it stands in place of the account's sharing.

    `sight` 0 hides it from everyone but those whose mailbox it is, whatever else would show it.
    An email's own ruling goes before its thread's.
    """

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="rulings")
    sight = models.PositiveSmallIntegerField(choices=Sight.choices)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta(About.Meta):
        abstract = False
        constraints: ClassVar = [
            *About.Meta.constraints,
            models.UniqueConstraint(
                "account", "identity", "thread_root", name="ruled_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_sight_display()}"


class Grant(About):
    """The owner lets one colleague see more of an email or thread, until a moment or for good."""

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    sight = models.PositiveSmallIntegerField(choices=SHOWN, default=Sight.EVERYTHING)
    until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta(About.Meta):
        abstract = False
        constraints: ClassVar = [
            *About.Meta.constraints,
            models.UniqueConstraint(
                "account",
                "user",
                "identity",
                "thread_root",
                name="granted_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} for {self.user}"


class Answer(models.TextChoices):
    """What became of a request."""

    WAITING = "waiting", "Waiting"
    GIVEN = "given", "Given"
    REFUSED = "refused", "Refused"


class AccessRequest(models.Model):
    """A colleague who sees a part of an email asks its owner for all of it."""

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="requests")
    identity = models.BinaryField(max_length=32)
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="requests")
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="The owner, by email.")

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "account",
                "identity",
                "asked_by",
                condition=models.Q(answer=Answer.WAITING),
                name="asked_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_by} asks {self.account}"
