"""Notes and tasks as they leave in a file: what, by whom, when; never the email behind it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet

from postroom.crm.models import Note, Task
from postroom.crm.records import WITH_RECORD, Record, column_of, record_of


def note_facts(notes: QuerySet[Note]) -> Iterator[dict[str, Any]]:
    """Each note, oldest first."""
    rows = notes.select_related("author", *WITH_RECORD).order_by("written_at", "pk")
    return map(note_fact, rows.iterator(chunk_size=500))


def note_fact(note: Note) -> dict[str, Any]:
    """One note."""
    return {
        "about": about(record_of(note)),
        "text": note.text,
        "author": name_of(note.author),
        "written_at": note.written_at.isoformat(),
        "edited_at": note.edited_at.isoformat() if note.edited_at else None,
    }


def task_facts(tasks: QuerySet[Task]) -> Iterator[dict[str, Any]]:
    """Each task, by its day."""
    rows = tasks.select_related("assignee", "made_by", *WITH_RECORD).order_by("due_on", "pk")
    return map(task_fact, rows.iterator(chunk_size=500))


def task_fact(task: Task) -> dict[str, Any]:
    """One task."""
    return {
        "about": about(record_of(task)),
        "words": task.words,
        "due_on": task.due_on.isoformat(),
        "due_time": f"{task.due_time:%H:%M}" if task.due_time else None,
        "assignee": name_of(task.assignee),
        "made_by": name_of(task.made_by),
        "made_at": task.made_at.isoformat(),
        "done_at": task.done_at.isoformat() if task.done_at else None,
    }


def about(record: Record | None) -> dict[str, str] | None:
    """What something is about."""
    return {"kind": column_of(record), "name": str(record)} if record else None


def name_of(row: Model | None) -> str | None:
    """A colleague in a file."""
    return str(row) if row else None
