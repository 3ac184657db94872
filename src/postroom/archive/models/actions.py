"""What people did here that the mail server is still to be told (the action log)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from postroom.accounts.models import EmailAccount
from postroom.archive.models.emails import Email
from postroom.archive.models.folders import Folder
from postroom.archive.models.labels import Label


class ActionKind(models.TextChoices):
    """A change of server state. Nothing here removes mail: Design, decision 8."""

    MARK_READ = "mark_read", "Marked as read"
    MARK_UNREAD = "mark_unread", "Marked as unread"
    FLAG = "flag", "Flagged"
    UNFLAG = "unflag", "Flag removed"
    MARK_ANSWERED = "answered", "Marked as answered"
    MARK_UNANSWERED = "unanswered", "Marked as not answered"
    MOVE = "move", "Moved"
    LABEL = "label", "Labelled"
    UNLABEL = "unlabel", "Label taken off"


# The mark of a ServerCopy that a kind changes, and what it becomes.
MARKS = {
    ActionKind.MARK_READ: ("is_seen", True),
    ActionKind.MARK_UNREAD: ("is_seen", False),
    ActionKind.FLAG: ("is_flagged", True),
    ActionKind.UNFLAG: ("is_flagged", False),
    ActionKind.MARK_ANSWERED: ("is_answered", True),
    ActionKind.MARK_UNANSWERED: ("is_answered", False),
}


LABELLING = (ActionKind.LABEL, ActionKind.UNLABEL)


class ActionState(models.TextChoices):
    """How far an action came."""

    ASKED = "asked", "Waiting for the mail server"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused by the mail server"


class Action(models.Model):
    """One change to carry out on the server, after the database has committed it here.

    Of one mark of an email, and of one label, there is one action, the last that was asked for;
    moves are kept in their order. A move goes from `source` to `target`; `landed_uid` is where the
    server said that the message came to lie (RFC 4315 §3), for the way back out of a folder that
    is not synced.
    """

    account = models.ForeignKey(EmailAccount, on_delete=models.CASCADE, related_name="actions")
    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=12, choices=ActionKind.choices)
    source = models.ForeignKey(
        Folder, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    target = models.ForeignKey(
        Folder, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    label = models.ForeignKey(
        Label, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    state = models.CharField(max_length=8, choices=ActionState.choices, default=ActionState.ASKED)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    refusal = models.TextField(blank=True)
    landed_uid = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(
                fields=["account"], name="action_asked", condition=Q(state=ActionState.ASKED)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_move_has_both_ends",
                condition=Q(kind=ActionKind.MOVE, source__isnull=False, target__isnull=False)
                | (~Q(kind=ActionKind.MOVE) & Q(source__isnull=True, target__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_labelling_has_its_label",
                condition=Q(kind__in=LABELLING, label__isnull=False)
                | (~Q(kind__in=LABELLING) & Q(label__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.email_id}"
