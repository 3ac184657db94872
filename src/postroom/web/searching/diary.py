"""What a page of search shows of notes and tasks: a few above the emails, or them alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from postroom.archive.search_query import Kind, Query, parse_query
from postroom.association.searching_diary import (
    A_FEW,
    kind_asked,
    newest_notes,
    newest_tasks,
    notes_found,
    tasks_found,
)
from postroom.crm.models import Note, Task
from postroom.crm.orders import Order
from postroom.crm.stretches import stretch_of
from postroom.team.models import User
from postroom.web.diary.rows import NoteRow, TaskRow, note_rows, task_rows
from postroom.web.diary.section import BY_WRITING
from postroom.web.searching.highlights import Needle, excerpt, marked, needles_of

BY_DAY = Order(("due_on",), descends=True)
LONG = 400  # Characters; of longer notes the line with the hit is shown, and the rest unfolds.


@dataclass(frozen=True, slots=True)
class FoundNote:
    """A note with its hits; `line` is the one to show of a long note."""

    row: NoteRow
    words: SafeString
    line: SafeString | None


@dataclass(frozen=True, slots=True)
class FoundTask:
    """A task with its hits."""

    row: TaskRow
    words: SafeString


@dataclass(frozen=True, slots=True)
class FoundDiary:
    """Notes and tasks; `kind` where they alone were asked for, `next` where those go on.

    `all_notes` and `all_tasks` are searches that show the rest; empty where there is none.
    """

    kind: str
    notes: list[FoundNote]
    tasks: list[FoundTask]
    next: str = ""
    all_notes: str = ""
    all_tasks: str = ""

    def __bool__(self) -> bool:
        return bool(self.notes or self.tasks)

    @property
    def count(self) -> int:
        """How many are shown."""
        return len(self.notes) + len(self.tasks)


def diary_found(viewer: User, words: str, after: str) -> FoundDiary:
    """What is found; on a further page of emails nothing."""
    query = parse_query(words)
    needles = needles_of(query, Kind.ANY)
    match kind_asked(query):
        case "note":
            notes = stretch_of(notes_found(query), BY_WRITING, after)
            return FoundDiary("note", found_notes(notes.rows, viewer, needles), [], notes.next)
        case "task":
            tasks = stretch_of(tasks_found(query, viewer), BY_DAY, after)
            return FoundDiary("task", [], found_tasks(tasks.rows, viewer, needles), tasks.next)
    return FoundDiary("", [], []) if after else a_few(query, words, viewer, needles)


def a_few(query: Query, words: str, viewer: User, needles: list[Needle]) -> FoundDiary:
    """The newest of each kind, and how to have all of them."""
    if not query.groups:
        return FoundDiary("", [], [])
    notes, tasks = newest_notes(query), newest_tasks(query, viewer)
    words = words.strip()
    return FoundDiary(
        "",
        found_notes(notes[:A_FEW], viewer, needles),
        found_tasks(tasks[:A_FEW], viewer, needles),
        all_notes=f"is:note {words}" if len(notes) > A_FEW else "",
        all_tasks=f"is:task {words}" if len(tasks) > A_FEW else "",
    )


def found_notes(notes: Iterable[Note], viewer: User, needles: list[Needle]) -> list[FoundNote]:
    """Notes as they are shown."""
    return [
        FoundNote(
            row,
            marked(row.note.text, needles),
            line_of(row.note.text, needles) if len(row.note.text) > LONG else None,
        )
        for row in note_rows(notes, viewer)
    ]


def line_of(text: str, needles: list[Needle]) -> SafeString:
    """The line of a long note that has the hit, or its beginning."""
    return excerpt(text, needles) or marked(f"{text[: LONG // 2]}…", needles)


def found_tasks(tasks: Iterable[Task], viewer: User, needles: list[Needle]) -> list[FoundTask]:
    """Tasks as they are shown."""
    return [FoundTask(row, marked(row.task.words, needles)) for row in task_rows(tasks, viewer)]
