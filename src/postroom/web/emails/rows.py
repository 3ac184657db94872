"""The rows of the Emails related list, as one viewer sees them. Reference: View Emails."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from postroom.archive.labels import borne_by, labels_of
from postroom.archive.models import Direction, Email, Label, Participant, ParticipantRole
from postroom.association import RelatedEmail, Sight
from postroom.association.people import among
from postroom.outbox.returned import UNKNOWN, Outcome, came_of, outcomes_among
from postroom.team.models import User
from postroom.team.written_once import ahead, asking, written_once

RECIPIENTS = (ParticipantRole.TO, ParticipantRole.CC, ParticipantRole.BCC)


@dataclass(frozen=True, slots=True)
class EmailRow:
    """One line of mail: who, what about, when, and through whose mailbox it is seen."""

    email: Email
    cursor: str
    party: str
    more_parties: int
    sharers: tuple[User, ...]
    is_own: bool = True
    count: int = 1
    unread: int = 0
    outcome: Outcome = UNKNOWN
    labels: Sequence[Label] = ()

    @property
    def is_sent(self) -> bool:
        """Whether the account's owner wrote it."""
        return self.email.direction == Direction.SENT

    @property
    def is_automatic(self) -> bool:
        """Whether a machine wrote it; only whoever reads all of it is told."""
        return self.email.is_automatic and self.email.sight >= Sight.EVERYTHING

    @property
    def is_unread(self) -> bool:
        """Whether it, or anything of its thread, is still to be read."""
        return self.unread > 0 or not self.email.is_read


def rows_of(related: Sequence[RelatedEmail]) -> list[EmailRow]:
    """The rows for these emails, in their order."""
    emails = [r.email for r in related]
    sent = [email.pk for email in emails if email.direction == Direction.SENT]
    whole = [email.pk for email in emails if email.sight >= Sight.EVERYTHING]
    listed = [email.pk for email in emails]
    asked = [asking(on_emails, listed), asking(came_of, sent), asking(borne_by, whole)]
    ahead(*(each for each in asked if all(each.values)))
    participants = participants_of(listed)
    outcomes, labels = outcomes_among(sent) if sent else {}, labels_of(emails)
    rows = [row_of(r, participants[r.email.pk], outcomes.get(r.email.pk, UNKNOWN)) for r in related]
    return [replace(row, labels=labels.get(row.email.pk, ())) for row in rows]


def row_of(related: RelatedEmail, participants: list[Participant], outcome: Outcome) -> EmailRow:
    """One row. Of the viewer's own it tells who else has it."""
    email = related.email
    parties = parties_of(email, participants)
    return EmailRow(
        email,
        str(related.cursor),
        said(parties[0]) if parties else "",
        max(0, len(parties) - 1),
        related.shared_by[1:] if related.is_own else related.shared_by,
        related.is_own,
        related.count,
        related.unread,
        outcome if email.sight >= Sight.EVERYTHING else UNKNOWN,
    )


def participants_of(email_ids: Sequence[int]) -> dict[int, list[Participant]]:
    """Everyone on these emails, in the order of the headers."""
    found: dict[int, list[Participant]] = defaultdict(list)
    for participant in on_emails(list(email_ids)) if email_ids else ():
        found[participant.email_id].append(participant)
    return found


@written_once()
def on_emails(email_ids: list[int]) -> QuerySet[Participant]:
    """The same, one after the other."""
    found = Participant.objects.filter(email__in=among(email_ids))
    return found.order_by("role", "position", "pk")


def parties_of(email: Email, participants: list[Participant]) -> list[Participant]:
    """The other side: the sender of what was received, the recipients of what was sent."""
    roles = RECIPIENTS if email.direction == Direction.SENT else (ParticipantRole.FROM,)
    return [p for p in participants if p.role in roles]


def said(participant: Participant) -> str:
    """How a participant is called in a line: by name if there is one."""
    return participant.name or participant.address
