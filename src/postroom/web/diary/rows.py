"""Notes and tasks as rows: with what their viewer may do, and the email each was made from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from postroom.archive.models import Email
from postroom.association.sources import emails_known_as
from postroom.crm.models import Note, Task
from postroom.crm.notes import may_edit, may_remove
from postroom.crm.records import Record, column_of, record_of
from postroom.team.models import User
from postroom.web.diary.records import page_of

Emails = dict[bytes, Email]


@dataclass(frozen=True, slots=True)
class About:
    """What a row is about: its name, where it is, and which kind of thing it is."""

    name: str
    page: str
    kind: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note; `email` is what it was made from, as far as its viewer may see that."""

    note: Note
    about: About | None
    email: Email | None
    may_edit: bool
    may_remove: bool


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task, and how its day stands to today."""

    task: Task
    about: About | None
    email: Email | None
    today: date
    is_own: bool

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been done before today."""
        return self.task.is_open and self.task.due_on < self.today

    @property
    def day(self) -> str:
        """Its day as one says it; empty where that is the date itself."""
        near = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
        return near.get((self.task.due_on - self.today) // timedelta(days=1), "")

    @property
    def is_this_year(self) -> bool:
        """Whether the year need not be said."""
        return self.task.due_on.year == self.today.year


def note_rows(notes: Iterable[Note], viewer: User, emails: Emails | None = None) -> list[NoteRow]:
    """The rows of a list, in its order."""
    found = list(notes)
    emails = emails_behind(found, viewer) if emails is None else emails
    return [
        NoteRow(
            note,
            about(record_of(note)),
            emails.get(bytes(note.email_identity or b"")),
            may_edit(note, viewer),
            may_remove(note, viewer),
        )
        for note in found
    ]


def task_rows(tasks: Iterable[Task], viewer: User, emails: Emails | None = None) -> list[TaskRow]:
    """The rows of a list, in its order."""
    found, today = list(tasks), timezone.localdate()
    emails = emails_behind(found, viewer) if emails is None else emails
    return [
        TaskRow(
            task,
            about(record_of(task)),
            emails.get(bytes(task.email_identity or b"")),
            today,
            task.assignee_id == viewer.pk,
        )
        for task in found
    ]


def about(record: Record | None) -> About | None:
    """How a row names what it is about."""
    return About(str(record), page_of(record), column_of(record)) if record else None


def emails_behind(rows: Iterable[Note | Task], viewer: User) -> Emails:
    """What they were made from, as far as the viewer may see it."""
    return emails_known_as({bytes(r.email_identity) for r in rows if r.email_identity}, viewer)
