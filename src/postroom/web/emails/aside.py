"""Done and snoozed, where an email is read or in the inbox: here alone, no server has a word."""

from datetime import datetime

from django.db.models import QuerySet

from postroom.archive.models import Email, Triage
from postroom.archive.teamwork import note_done
from postroom.archive.triage import finish, snooze, take_up
from postroom.team.models import User
from postroom.team.refusal import Refusal
from postroom.team.written_once import written_once
from postroom.web.emails.snoozing import parse_until

NO_MOMENT = "Choose a moment that is still to come."


class NoMoment(Refusal):
    """It cannot be snoozed until then."""

    def __init__(self) -> None:
        super().__init__(NO_MOMENT)


def aside_of(email: Email) -> Triage | None:
    """Whether an email that lies in the Inbox is done, or snoozed until when."""
    found = set_aside(email.pk) if email.in_inbox else []
    return found[0] if found else None


@written_once()
def set_aside(email: int) -> QuerySet[Triage]:
    """The one row of an email, if there is one."""
    return Triage.objects.filter(email=email)


def done_with(email: Email, by: User, now: datetime) -> bool:
    """Deal with it; False if it is dealt with already."""
    if Triage.objects.filter(email=email, done_at__isnull=False).exists():
        return False
    finish(email, now)
    note_done(email, by, now, is_done=True)
    return True


def not_done_with(email: Email, by: User, now: datetime) -> bool:
    """Back to its place, for it is not dealt with after all."""
    note_done(email, by, now, is_done=False)
    take_up(email)
    return True


def snoozed_until(email: Email, text: str, now: datetime) -> bool:
    """Out of sight until the chosen moment. Raises NoMoment."""
    try:
        snooze(email, parse_until(text, now))
    except (ValueError, OverflowError):
        raise NoMoment from None
    return True
