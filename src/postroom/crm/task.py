"""A task: what somebody has to do, until which day, about whom."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from postroom.crm.record import NONE_OF_THEM, ONE_OF_THEM, AboutRecord
from postroom.team.models import User

LONGEST_TASK = 300


class Task(AboutRecord):
    """Words and a day; open until it is done. It may be about nobody: then it is a private one.

    Day and time are those of the wall, without a zone: “Friday, 14:30” stays so wherever one is.
    """

    words = models.CharField(max_length=LONGEST_TASK)
    due_on = models.DateField()
    due_time = models.TimeField(null=True, blank=True)
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks"
    )
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=ONE_OF_THEM | NONE_OF_THEM, name="a_task_is_about_one_or_none"
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["found_by"], name="task_words"),
            models.Index(
                fields=["assignee", "due_on", "id"],
                name="task_open",
                condition=Q(done_at__isnull=True),
            ),
            models.Index(
                fields=["assignee", "-done_at", "-id"],
                name="task_done",
                condition=Q(done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def written(self) -> str:
        """Its words."""
        return self.words

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.done_at is None
