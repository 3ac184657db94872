"""Write, change, find and remove notes."""

from datetime import datetime

from django.db.models import QuerySet

from postroom.crm.models import Note
from postroom.crm.records import WITH_RECORD, Record, around, column_of
from postroom.team.models import User


def write_note(
    record: Record, text: str, by: User | None, now: datetime, identity: bytes | None = None
) -> Note:
    """Keep a note; `identity` is that of the email it was made from."""
    about = {column_of(record): record}
    return Note.objects.create(
        text=text, author=by, written_at=now, email_identity=identity, **about
    )


def edit_note(note: Note, text: str, now: datetime) -> None:
    """Other words. The same ones are no change."""
    if text == note.text:
        return
    note.text, note.edited_at = text, now
    note.save(update_fields=["text", "edited_at"])


def may_edit(note: Note, user: User) -> bool:
    """Nobody puts words into somebody else's mouth."""
    return note.author_id == user.pk


def may_remove(note: Note, user: User) -> bool:
    """Its author, or an administrator."""
    return may_edit(note, user) or user.is_administrator


def notes_around(record: Record) -> QuerySet[Note]:
    """Notes about a record and what belongs to it, newest first."""
    return Note.objects.filter(around(record)).select_related("author", *WITH_RECORD)
