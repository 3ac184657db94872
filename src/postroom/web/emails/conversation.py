"""The emails that answer each other, one line each until they are unfolded."""

from collections.abc import Sequence
from dataclasses import dataclass

from postroom.archive.models import Direction, Email, ParticipantRole
from postroom.web.emails.rows import participants_of, said

SHOWN_AT_ITS_END = 2
FEWEST_FOLDED = 4


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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some messages in a row; `is_folded` where they are one line until somebody wants them."""

    lines: list[Line]
    is_folded: bool = False


def stretches_of(lines: Sequence[Line]) -> list[Stretch]:
    """The conversation with its middle folded: what is neither new, nor open, nor at its ends.

    A few are not worth a line that hides them.
    """
    last = len(lines) - SHOWN_AT_ITS_END
    found: list[Stretch] = []
    for number, line in enumerate(lines):
        is_plain = 0 < number < last and line.email.is_read and not line.is_open
        if found and found[-1].is_folded == is_plain:
            found[-1].lines.append(line)
        else:
            found.append(Stretch([line], is_plain))
    return [Stretch(s.lines, s.is_folded and len(s.lines) >= FEWEST_FOLDED) for s in found]


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
