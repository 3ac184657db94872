"""What goes in and comes out of notes and tasks, as the OpenAPI declares it."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints

from postroom.api.deal_shapes import NamedOut
from postroom.api.paging import RowId
from postroom.api.shapes import Sent, without_controls
from postroom.crm.note import LONGEST_NOTE
from postroom.crm.task import LONGEST_TASK

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2200, 12, 31)


def storable(text: str) -> str:
    """A text of several lines; PostgreSQL has no NUL, and half a surrogate pair is no text."""
    if "\0" in text:
        raise ValueError("A note has no NUL in it.")
    text.encode()
    return text


NoteText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE),
    AfterValidator(storable),
]
TaskWords = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TASK),
    AfterValidator(without_controls),
]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
# Hours and minutes without a zone: a JSON schema's "time" would ask for one.
Clock = Annotated[
    str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), Field(examples=["14:30"])
]
RecordWord = Literal["person", "company", "deal"]


class AboutOut(NamedOut):
    """The person, company or deal that something is about."""

    kind: RecordWord


class NoteOut(Schema):
    """A note; `email` is the id of what it was made from, where the key's user sees that."""

    id: int
    about: AboutOut
    text: str = Field(examples=["Prefers the phone."])
    author: NamedOut | None
    written_at: datetime
    edited_at: datetime | None
    email: int | None


class TaskOut(Schema):
    """A task; `done_at` is null while it is open, `about` when it is about nobody."""

    id: int
    about: AboutOut | None
    words: str = Field(examples=["Send the offer"])
    due_on: date
    due_time: str | None = Field(examples=["14:30"])
    assignee: NamedOut | None
    made_by: NamedOut | None
    made_at: datetime
    done_at: datetime | None
    email: int | None


class AboutIn(Sent):
    """What something new is about: at most one of the three; and the email it is made from."""

    person: RowId | None = Field(default=None, examples=[1])
    company: RowId | None = None
    deal: RowId | None = None
    email: RowId | None = None


class NewNote(AboutIn):
    """A note to be written about exactly one person, company or deal."""

    text: NoteText = Field(examples=["Prefers the phone."])


class NoteChange(Sent):
    """Other words."""

    text: NoteText


class NewTask(AboutIn):
    """A task to be made; without an assignee it is the key's user's."""

    words: TaskWords = Field(examples=["Send the offer"])
    due_on: Day = Field(examples=["2027-01-31"])
    due_time: Clock | None = None
    assignee: RowId | None = None


class TaskChange(Sent):
    """What is to change; what is left out stays. `done` says whether it is done."""

    words: TaskWords | None = None
    due_on: Day | None = None
    due_time: Clock | None = None
    assignee: RowId | None = None
    done: bool | None = None
