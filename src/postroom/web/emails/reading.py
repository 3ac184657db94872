"""One email laid out for reading."""

from dataclasses import dataclass

from postroom.accounts.members import holds, is_team
from postroom.accounts.models import EmailAccount
from postroom.archive.models import BodyState, Direction, Email, Participant, ParticipantRole
from postroom.association import Sight
from postroom.association.people import known_people_on
from postroom.crm.models import Person
from postroom.mime import Attachment
from postroom.rendering.laying_out import UNREADABLE, LaidOut
from postroom.web.emails.cautions import Caution, cautions_of
from postroom.web.emails.rows import participants_of
from postroom.web.emails.seeing import Manner, Seeing

SHOWN_ROLES = (
    (ParticipantRole.FROM, "From"),
    (ParticipantRole.REPLY_TO, "Reply to"),
    (ParticipantRole.TO, "To"),
    (ParticipantRole.CC, "Cc"),
    (ParticipantRole.BCC, "Bcc"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reading pane shows of one email; `laid_out` is None while nothing can be shown."""

    email: Email
    laid_out: LaidOut | None
    people: list[tuple[str, list[Participant]]]
    known: list[Person]
    is_own: bool
    manner: Manner
    shows_images: bool
    cautions: list[Caution]

    @property
    def team_mailbox(self) -> EmailAccount | None:
        """The mailbox, where others handle its mail too."""
        held = self.email.account
        return held if self.is_own and is_team(held) else None

    @property
    def is_withheld(self) -> bool:
        """Whether its owner shows only a part of it."""
        return self.email.sight < Sight.EVERYTHING

    @property
    def is_awaited(self) -> bool:
        """Whether the body is on its way from the mailbox: not from where we do not look."""
        return self.email.body_state == BodyState.ENVELOPE and self.email.removed_at is None

    @property
    def is_too_much(self) -> bool:
        """Whether the email asks for more time or memory than even its text may take."""
        return self.laid_out == UNREADABLE

    @property
    def is_put_off(self) -> bool:
        """Whether the email is here and could not be laid out at this moment."""
        return self.laid_out is None and self.email.raw_id is not None

    @property
    def is_plain(self) -> bool:
        """Whether its plain text is shown because somebody wanted it, and there is more to it."""
        return self.manner == Manner.PLAIN

    @property
    def can_unsubscribe(self) -> bool:
        """Whether it came from a list that says how one gets off it; not when it poses as one."""
        if self.laid_out is None or self.email.direction != Direction.RECEIVED:
            return False
        is_forged = bool(self.laid_out.cautions.failed)
        return self.is_own and self.laid_out.unsubscribing is not None and not is_forged

    @property
    def attachments(self) -> list[Attachment]:
        """What to list under the text: all that the HTML does not show by itself."""
        if self.laid_out is None:
            return []
        shows_images = self.laid_out.html is not None
        return [a for a in self.laid_out.attachments if not (a.inline and shows_images)]

    @property
    def file_octets(self) -> int:
        """How large all that is listed is together."""
        return sum(attachment.size for attachment in self.attachments)


def reading_of(email: Email, seeing: Seeing) -> Reading:
    """Lay the email out for a viewer who may see it."""
    laid_out = seeing.lay_out(email)
    participants = participants_of([email.pk])[email.pk]
    is_received = email.direction == Direction.RECEIVED
    return Reading(
        email,
        laid_out,
        people_by_role(participants),
        known_people_on(email),
        holds(seeing.viewer, email.account),
        seeing.manner,
        seeing.shows_images(email, laid_out),
        cautions_of(laid_out, participants) if is_received else [],
    )


def people_by_role(participants: list[Participant]) -> list[tuple[str, list[Participant]]]:
    """Who is on the email, under the words people know; a Reply-To that repeats From is left."""
    senders = {p.canonical for p in participants if p.role == ParticipantRole.FROM}
    shown = [
        (label, [p for p in participants if p.role == role and not repeats(p, senders)])
        for role, label in SHOWN_ROLES
    ]
    return [(label, found) for label, found in shown if found]


def repeats(participant: Participant, senders: set[str]) -> bool:
    """Whether a Reply-To says nothing that From did not say."""
    return participant.role == ParticipantRole.REPLY_TO and participant.canonical in senders
