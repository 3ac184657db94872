"""The section of a person's, company's or deal's page: open tasks, and the newest notes."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from postroom.crm.models import Note, Task
from postroom.crm.notes import notes_around
from postroom.crm.orders import Order
from postroom.crm.records import Record, column_of
from postroom.crm.stretches import Stretch, cut, stretch_of
from postroom.crm.tasks import open_before_done, tasks_around
from postroom.team.models import User
from postroom.team.written_once import written_once
from postroom.web.diary.forms import NewTaskForm, NoteForm, TaskForm, begun, first_error
from postroom.web.diary.records import named, page_of
from postroom.web.diary.rows import NoteRow, TaskRow, note_rows, task_rows
from postroom.web.sign_in import SignedInRequest

BY_WRITING = Order(("written_at",), descends=True)
BY_DOING = Order(("done_at",), descends=True)
NOTES = 3
OPEN_TASKS = 30


@dataclass(frozen=True, slots=True)
class Diary:
    """What is written down about a record; `said` is told after something was added."""

    record: Record
    tasks: list[TaskRow]
    notes: list[NoteRow]
    next: str
    has_done: bool
    note_form: NoteForm
    task_form: TaskForm
    said: str = ""

    @property
    def kind(self) -> str:
        """Of which kind the record is, in addresses."""
        return named(self.record)[0]

    @property
    def word(self) -> str:
        """Of which kind the record is, for the rows that need not name it."""
        return column_of(self.record)

    @property
    def page(self) -> str:
        """Where the record is looked at."""
        return page_of(self.record)


def diary_of(
    record: Record,
    viewer: User,
    *,
    said: str = "",
    typed: NoteForm | TaskForm | None = None,
) -> Diary:
    """The section; `typed` is what somebody wrote that cannot be kept."""
    tasks = first_tasks(type(record), record.pk, viewer.pk)
    still_open = [task for task in tasks if task.is_open][:OPEN_TASKS]
    page = notes_page(record, "")
    return Diary(
        record,
        task_rows(still_open, viewer),
        note_rows(page.rows, viewer),
        page.next,
        len(tasks) > len(still_open),
        typed if isinstance(typed, NoteForm) else NoteForm(auto_id="diary-%s"),
        typed if isinstance(typed, TaskForm) else NewTaskForm(viewer, auto_id="diary-%s"),
        said,
    )


@written_once()
def first_tasks(kind: type[Record], pk: int, viewer: int) -> QuerySet[Task]:
    """The tasks of a record, as many as are shown and one more."""
    around = tasks_around(kind(pk=pk), User(pk=viewer))
    return open_before_done(around)[: OPEN_TASKS + 1]


@written_once()
def first_notes(kind: type[Record], pk: int) -> QuerySet[Note]:
    """The newest notes of a record, as many as are shown and one more."""
    newest = notes_around(kind(pk=pk)).order_by(*BY_WRITING.by(Note))
    return newest[: NOTES + 1]


def new_task_form(viewer: User, sent: QueryDict) -> TaskForm:
    """What was typed of a new task."""
    return TaskForm(sent, begun(viewer), auto_id="diary-%s")


def answered(
    request: SignedInRequest, record: Record, form: NoteForm | TaskForm, said: str
) -> HttpResponse:
    """The section after something was kept, or with the reason why it was not."""
    if request.htmx:
        typed = form if form.errors else None
        shown = diary_of(record, request.user, said="" if typed else said, typed=typed)
        return render(request, "diary/section.html", {"diary": shown, "is_answer": True})
    if form.errors:
        messages.error(request, first_error(form))
    return redirect(page_of(record))


def notes_page(record: Record, after: str) -> Stretch[Note]:
    """Some notes, newest first."""
    if not after:
        return cut(first_notes(type(record), record.pk), BY_WRITING, NOTES)
    return stretch_of(notes_around(record), BY_WRITING, after, NOTES)


def done_page(record: Record, viewer: User, after: str) -> Stretch[Task]:
    """Some tasks that are done, done last first."""
    done = tasks_around(record, viewer).filter(done_at__isnull=False)
    return stretch_of(done, BY_DOING, after)
