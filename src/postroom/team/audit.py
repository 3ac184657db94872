"""Write down who did what to whom: the audit log."""

from collections.abc import Iterable
from datetime import datetime

from postroom.team.models import Act, AuditEntry, User

LONGEST_SUBJECT, LONGEST_DETAIL = 254, 400


def note(act: Act, by: User | None, subject: object, now: datetime, detail: str = "") -> None:
    """Add a line; without a user it was the command line, which an administrator runs."""
    note_each(act, by, [subject], now, detail)


def note_each(
    act: Act, by: User | None, subjects: Iterable[object], now: datetime, detail: str = ""
) -> None:
    """Add a line for each of them: they happened in one go. Raises ValueError for no act."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            act=Act(act),
            actor=by,
            subject=str(subject)[:LONGEST_SUBJECT],
            detail=detail[:LONGEST_DETAIL],
            at=now,
        )
        for subject in subjects
    )


def note_once(occasion: str, act: Act, by: User, subject: object, now: datetime) -> None:
    """Add a line unless there is one of this occasion."""
    entry = AuditEntry(
        occasion=occasion, act=act, actor=by, subject=str(subject)[:LONGEST_SUBJECT], at=now
    )
    AuditEntry.objects.bulk_create([entry], ignore_conflicts=True)
