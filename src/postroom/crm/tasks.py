"""Make, change, do and find tasks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import DateField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from postroom.crm.models import Task
from postroom.crm.records import WITH_RECORD, Record, around, column_of
from postroom.team.hierarchy import roles_below
from postroom.team.models import User
from postroom.team.written_once import written_once

ABOUT_NOBODY = Q(person=None, company=None, deal=None)
END_OF_DAY = time.max


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """What somebody writes of a task."""

    words: str
    due_on: date
    due_time: time | None = None
    assignee: User | None = None


def add_task(
    record: Record | None,
    entry: TaskEntry,
    by: User | None,
    now: datetime,
    identity: bytes | None = None,
) -> Task:
    """Keep a task; `identity` is that of the email it was made from."""
    task = Task(made_by=by, made_at=now, email_identity=identity)
    if record:
        setattr(task, column_of(record), record)
    change_task(task, entry)
    return task


def change_task(task: Task, entry: TaskEntry) -> None:
    """Other words, another day, somebody else."""
    task.words, task.assignee = entry.words, entry.assignee
    task.due_on, task.due_time = entry.due_on, entry.due_time
    task.save()


def set_done(task: Task, now: datetime, *, is_done: bool) -> None:
    """It is done, or not after all. Done again, it stays done since then."""
    task.done_at = (task.done_at or now) if is_done else None
    task.save(update_fields=["done_at"])


def tasks_for(viewer: User) -> QuerySet[Task]:
    """Tasks that a user sees and changes: all about records, as everybody sees those.

    Of tasks about nobody it is the ones they made or have to do.
    """
    theirs = Q(assignee=viewer) | Q(made_by=viewer)
    found = Task.objects.filter(~ABOUT_NOBODY | theirs)
    return found.select_related("assignee", "made_by", *WITH_RECORD)


def tasks_of(user: User) -> QuerySet[Task]:
    """What they have to do."""
    return tasks_for(user).filter(assignee=user)


def tasks_of_colleagues(viewer: User) -> QuerySet[Task]:
    """Tasks of those whose roles are below the viewer's, and what the viewer gave to others."""
    below = Q(assignee__role__in=roles_below(viewer.role_id))
    of_others = Q(made_by=viewer) & ~Q(assignee=viewer)
    return tasks_for(viewer).filter(below | of_others)


def tasks_around(record: Record, viewer: User) -> QuerySet[Task]:
    """Tasks about a record and what belongs to it."""
    return tasks_for(viewer).filter(around(record))


def open_before_done(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Those to be done as `still_open` has them, then what is done."""
    undone = F("done_at").asc(nulls_first=True)
    return tasks.order_by(undone, "due_on", F("due_time").asc(nulls_last=True), "pk")


def still_open(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Those to be done, the first of them first."""
    return tasks.filter(done_at=None).order_by("due_on", F("due_time").asc(nulls_last=True), "pk")


def tasks_due(user: User, day: date) -> QuerySet[Task]:
    """What a user has to do by the end of a day, what is overdue first."""
    return still_open(tasks_of(user).filter(due_on__lte=day))


def number_overdue(user: User, day: date) -> int:
    """How many of a user's tasks should have been done before this day."""
    return len(overdue_of(user.pk, day.isoformat()))


@written_once()
def overdue_of(user: int, day: str) -> QuerySet[Task, int]:
    """Their ids."""
    before = Cast(Value(day, output_field=TextField()), DateField())
    due = Task.objects.filter(assignee=user, done_at=None, due_on__lt=before)
    return due.values_list("pk", flat=True)


def by_time(tasks: Iterable[Task]) -> list[Task]:
    """In the order of a day; what has no time comes last in it."""
    return sorted(tasks, key=lambda task: (task.due_on, task.due_time or END_OF_DAY, task.pk))


def hand_tasks_over(leaver: User, to: User) -> int:
    """Everything that somebody leaves undone is somebody else's to do; returns how much it was."""
    return Task.objects.filter(assignee=leaver, done_at=None).update(assignee=to)
