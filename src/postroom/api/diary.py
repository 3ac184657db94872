"""Notes and tasks: found, written, changed, done and removed, as the key's user may."""

from datetime import time
from typing import Literal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from postroom.api.authentication import WRITE, KeyRequest
from postroom.api.diary_rows import notes_out, tasks_out
from postroom.api.diary_shapes import (
    AboutIn,
    NewNote,
    NewTask,
    NoteChange,
    NoteOut,
    TaskChange,
    TaskOut,
)
from postroom.api.paging import Page, RowId, Wanted, bad_place, page
from postroom.api.problems import ABSENT, Problem, invalid
from postroom.api.sight import get_email
from postroom.crm.models import Company, Deal, Note, Person, Task
from postroom.crm.notes import edit_note, may_edit, may_remove, write_note
from postroom.crm.orders import Order
from postroom.crm.records import WITH_RECORD, Record, around
from postroom.crm.stretches import stretch_of
from postroom.crm.tasks import TaskEntry, add_task, change_task, set_done, tasks_for
from postroom.team.models import User

router = Router(tags=["Notes and tasks"])
MODELS: dict[str, type[Person] | type[Company] | type[Deal]] = {
    "person": Person,
    "company": Company,
    "deal": Deal,
}
BY_WRITING = Order(("written_at",), descends=True)
BY_DAY = Order(("due_on",))
ONE = "Name exactly one of person, company and deal."


class DiaryWanted(Wanted):
    """About whom; with what is about their deals or people too, as on their page."""

    person: RowId | None = None
    company: RowId | None = None
    deal: RowId | None = None


class TasksWanted(DiaryWanted):
    """Which tasks to list: all that the key's user sees, or those of one colleague."""

    assignee: RowId | None = None
    state: Literal["open", "done", "all"] = "open"


@router.get("/notes", response=Page[NoteOut])
def list_notes(
    request: KeyRequest, response: HttpResponse, wanted: Query[DiaryWanted]
) -> dict[str, object]:
    """Notes, newest first; all of them, or those around one person, company or deal."""
    notes = Note.objects.select_related("author", *WITH_RECORD)
    if wanted.after and BY_WRITING.parse(wanted.after, Note) is None:
        raise bad_place()
    found = stretch_of(about(notes, wanted), BY_WRITING, wanted.after, wanted.limit)
    return page(request, response, notes_out(found.rows, request.auth.user), found.next)


@router.post("/notes", response={201: NoteOut}, auth=WRITE)
def add_note(request: KeyRequest, response: HttpResponse, new: NewNote) -> Status[object]:
    """Write a note in the name of the key's user."""
    record, user = get_record(new), request.auth.user
    if record is None:
        raise invalid("body", ONE)
    note = write_note(record, new.text, user, timezone.now(), identity_of(new, user))
    response.headers["Location"] = f"{request.path}/{note.pk}"
    return Status(201, notes_out([note], user)[0])


@router.get("/notes/{note_id}", response=NoteOut)
def show_note(request: KeyRequest, note_id: RowId) -> dict[str, object]:
    """One note, with whom it is about."""
    return notes_out([get_note(note_id)], request.auth.user)[0]


@router.patch("/notes/{note_id}", response=NoteOut, auth=WRITE)
def change_note(request: KeyRequest, note_id: RowId, change: NoteChange) -> dict[str, object]:
    """Other words for a note of one's own."""
    note = get_note(note_id)
    if not may_edit(note, request.auth.user):
        raise Problem(ABSENT)
    edit_note(note, change.text, timezone.now())
    return notes_out([note], request.auth.user)[0]


@router.delete("/notes/{note_id}", response={204: None}, auth=WRITE)
def remove_note(request: KeyRequest, note_id: RowId) -> Status[None]:
    """Remove a note of one's own; an administrator's key removes any."""
    note = get_note(note_id)
    if not may_remove(note, request.auth.user):
        raise Problem(ABSENT)
    note.delete()
    return Status(204, None)


@router.get("/tasks", response=Page[TaskOut])
def list_tasks(
    request: KeyRequest, response: HttpResponse, wanted: Query[TasksWanted]
) -> dict[str, object]:
    """Tasks by their day."""
    tasks = tasks_for(request.auth.user)
    if wanted.state != "all":
        tasks = tasks.filter(done_at__isnull=wanted.state == "open")
    if wanted.assignee:
        tasks = tasks.filter(assignee=wanted.assignee)
    if wanted.after and BY_DAY.parse(wanted.after, Task) is None:
        raise bad_place()
    found = stretch_of(about(tasks, wanted), BY_DAY, wanted.after, wanted.limit)
    return page(request, response, tasks_out(found.rows, request.auth.user), found.next)


@router.post("/tasks", response={201: TaskOut}, auth=WRITE)
def make_task(request: KeyRequest, response: HttpResponse, new: NewTask) -> Status[object]:
    """Make a task, about one person, company or deal or about nobody."""
    user = request.auth.user
    assignee = find_assignee(new.assignee) if new.assignee else user
    entry = TaskEntry(new.words, new.due_on, clock(new.due_time), assignee)
    task = add_task(get_record(new), entry, user, timezone.now(), identity_of(new, user))
    response.headers["Location"] = f"{request.path}/{task.pk}"
    return Status(201, tasks_out([task], user)[0])


@router.get("/tasks/{task_id}", response=TaskOut)
def show_task(request: KeyRequest, task_id: RowId) -> dict[str, object]:
    """One task, with who is to do it."""
    return tasks_out([get_task(request.auth.user, task_id)], request.auth.user)[0]


@router.patch("/tasks/{task_id}", response=TaskOut, auth=WRITE)
def change_the_task(request: KeyRequest, task_id: RowId, change: TaskChange) -> dict[str, object]:
    """Change a task, give it to somebody else, or say that it is done."""
    task = get_task(request.auth.user, task_id)
    given = change.model_fields_set
    change_task(
        task,
        TaskEntry(
            change.words or task.words,
            change.due_on or task.due_on,
            clock(change.due_time) if "due_time" in given else task.due_time,
            find_assignee(change.assignee) if change.assignee else task.assignee,
        ),
    )
    if change.done is not None:
        set_done(task, timezone.now(), is_done=change.done)
    return tasks_out([task], request.auth.user)[0]


@router.delete("/tasks/{task_id}", response={204: None}, auth=WRITE)
def remove_task(request: KeyRequest, task_id: RowId) -> Status[None]:
    """Remove a task, done or not."""
    get_task(request.auth.user, task_id).delete()
    return Status(204, None)


def about(rows: QuerySet, wanted: DiaryWanted) -> QuerySet:  # type: ignore[type-arg]
    """Those around what was named; all of them where nothing was. Raises Problem."""
    named = {name: pk for name in MODELS if (pk := getattr(wanted, name))}
    if len(named) > 1:
        raise invalid("query", "Name at most one of person, company and deal.")
    for name, pk in named.items():
        return rows.filter(around(find_record(name, pk)))
    return rows


def clock(said: str | None) -> time | None:
    """The time of day that was sent."""
    return time.fromisoformat(said) if said else None


def get_record(new: AboutIn) -> Record | None:
    """What was named; None for nothing. Raises Problem."""
    named = {name: pk for name in MODELS if (pk := getattr(new, name))}
    if len(named) > 1:
        raise invalid("body", ONE)
    for name, pk in named.items():
        found = MODELS[name].objects.filter(pk=pk).first()
        if found is None:
            raise invalid(f"body.{name}", f"There is no such {name}.")
        return found
    return None


def find_record(name: str, pk: int) -> Record:
    """The person, company or deal. Raises Problem."""
    found = MODELS[name].objects.filter(pk=pk).first()
    if found is None:
        raise Problem(ABSENT)
    return found


def find_assignee(pk: int) -> User:
    """The colleague who is to do it. Raises Problem."""
    found = User.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise invalid("body.assignee", "There is no such colleague. GET /users has them all.")
    return found


def identity_of(new: AboutIn, user: User) -> bytes | None:
    """By what the email is known that it is made from. Raises Problem."""
    return bytes(get_email(user, new.email).identity) if new.email else None


def get_note(pk: int) -> Note:
    """The note. Raises Problem."""
    note = Note.objects.select_related("author", *WITH_RECORD).filter(pk=pk).first()
    if note is None:
        raise Problem(ABSENT)
    return note


def get_task(user: User, pk: int) -> Task:
    """The task, if the user sees it. Raises Problem."""
    task = tasks_for(user).filter(pk=pk).first()
    if task is None:
        raise Problem(ABSENT)
    return task
