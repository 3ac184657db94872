"""The emails that answer each other, one line each until they are unfolded."""

from collections.abc import Sequence
from dataclasses import dataclass

from postroom.archive.models import Direction, Email, ParticipantRole
from postroom.web.emails.rows import participants_of, said


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation while it is folded: who wrote it, how it begins, when."""

    email: Email
    writer: str
    is_open: bool

    @property
    def is_sent(self) -> bool:
        """Whether the account's owner wrote it."""
        return self.email.direction == Direction.SENT


def lines_of(opened: Email, others: Sequence[Email]) -> list[Line]:
    """The conversation from its beginning on; empty where an email stands alone."""
    if not others:
        return []
    emails = sorted([opened, *others], key=lambda email: (email.sent_at, email.pk))
    people = participants_of([email.pk for email in emails])
    return [
        Line(
            email,
            next((said(p) for p in people[email.pk] if p.role == ParticipantRole.FROM), ""),
            email.pk == opened.pk,
        )
        for email in emails
    ]
