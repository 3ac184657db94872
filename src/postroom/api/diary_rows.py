"""Notes and tasks as they are answered, each with its email as far as the key's user sees that."""

from collections.abc import Mapping, Sequence

from postroom.api.deals import named
from postroom.association.sources import emails_known_as
from postroom.crm.models import Note, Task
from postroom.crm.records import Record, column_of, record_of
from postroom.team.models import User


def notes_out(notes: Sequence[Note], user: User) -> list[dict[str, object]]:
    """Notes as they are answered."""
    emails = ids_behind(notes, user)
    return [
        {
            "id": note.pk,
            "about": about_out(record_of(note)),
            "text": note.text,
            "author": named(note.author),
            "written_at": note.written_at,
            "edited_at": note.edited_at,
            "email": emails.get(bytes(note.email_identity or b"")),
        }
        for note in notes
    ]


def tasks_out(tasks: Sequence[Task], user: User) -> list[dict[str, object]]:
    """Tasks as they are answered."""
    emails = ids_behind(tasks, user)
    return [
        {
            "id": task.pk,
            "about": about_out(record_of(task)),
            "words": task.words,
            "due_on": task.due_on,
            "due_time": f"{task.due_time:%H:%M}" if task.due_time else None,
            "assignee": named(task.assignee),
            "made_by": named(task.made_by),
            "made_at": task.made_at,
            "done_at": task.done_at,
            "email": emails.get(bytes(task.email_identity or b"")),
        }
        for task in tasks
    ]


def about_out(record: Record | None) -> dict[str, object] | None:
    """What a row is about."""
    if record is None:
        return None
    return {"kind": column_of(record), "id": record.pk, "name": str(record)}


def ids_behind(rows: Sequence[Note | Task], user: User) -> Mapping[bytes, int]:
    """The ids of the emails they were made from, as far as the user sees those."""
    known = {bytes(row.email_identity) for row in rows if row.email_identity}
    return {identity: email.pk for identity, email in emails_known_as(known, user).items()}
