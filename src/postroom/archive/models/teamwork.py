"""What the members of a team mailbox do together: whose a conversation is, what they say of it."""

from typing import ClassVar

from django.db import models

from postroom.accounts.models import EmailAccount
from postroom.archive.models.emails import Email
from postroom.team.models import User


class Assignment(models.Model):
    """A conversation of a team mailbox is one member's to answer; without a row it is nobody's.

    A conversation is named as `thread_of_link` says. `email` is the one under which it was decided:
    the assignment goes with it. Whether who has it is still a member is asked when somebody looks.
    """

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="+")
    thread = models.TextField()
    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="+")
    to = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("account", "thread", name="assigned_once"),
        ]

    def __str__(self) -> str:
        return f"{self.thread}: {self.to}"


class TeamEntryKind(models.TextChoices):
    """What a line of a conversation's history tells."""

    COMMENT = "comment", "wrote"
    ASSIGNED = "assigned", "assigned it to"
    RELEASED = "released", "assigned it to nobody"
    DONE = "done", "marked it as done"
    REOPENED = "reopened", "put it back into the inbox"


class TeamEntry(models.Model):
    """A line of a conversation's history in a team mailbox: a comment, or what a member did.

    For its members alone: no email, quote, forward, export, notice or index holds any of it. It
    hangs on the email under which it was written and goes with it. ADR 50.
    """

    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="team_entries")
    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=TeamEntryKind.choices)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    to = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name_plural = "team entries"

    def __str__(self) -> str:
        return f"{self.by} {self.get_kind_display()} {self.to or ''}".strip()


class Presence(models.Model):
    """That a member reads or answers a conversation right now; it is over by itself at `until`."""

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="+")
    thread = models.TextField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    is_writing = models.BooleanField()
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("account", "thread", "user", "is_writing", name="present_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {'answers' if self.is_writing else 'reads'}"
