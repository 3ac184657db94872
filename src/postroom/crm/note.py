"""A note: what somebody wants to be remembered about a person, a company or a deal."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from postroom.crm.record import ONE_OF_THEM, AboutRecord
from postroom.team.models import User

LONGEST_NOTE = 10_000


class Note(AboutRecord):
    """A text with its author, who alone changes its words; `edited_at` says when last.

    It stays when its author leaves, and when the mailbox of the email it was made from is deleted.
    """

    text = models.TextField(max_length=LONGEST_NOTE)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-written_at", "-id"]
        indexes: ClassVar = [GinIndex(fields=["found_by"], name="note_words")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=ONE_OF_THEM, name="a_note_is_about_one"),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def written(self) -> str:
        """Its text."""
        return self.text
