"""Open an email: its bytes if they are here, and what follows from opening it."""

from datetime import datetime, timedelta

import zstandard
from django.db import transaction

from postroom.accounts.members import holds
from postroom.archive.actions import ask_for
from postroom.archive.announce import announce_work
from postroom.archive.bodies import ask_for_body
from postroom.archive.models import ActionKind, BodyState, Email
from postroom.team.models import User

PAUSE = timedelta(seconds=30)


def find_raw(email: Email) -> bytes | None:
    """The message's bytes as they came, or None while only the envelope is here."""
    if email.raw is None:
        return None
    return zstandard.decompress(bytes(email.raw.compressed), max_output_size=email.raw.size)


@transaction.atomic
def opened(email: Email, viewer: User, now: datetime) -> None:
    """A viewer opened the email: ask for a body that is not here, and mark it read if it is theirs.

    A colleague's reading changes nothing in the mailbox; in a team mailbox a member's does.
    """
    if is_to_be_asked_for(email, now):
        ask_for_body(email, now)
        announce_work(email.account_id)
    if not email.is_read and holds(viewer, email.account):
        ask_for(ActionKind.MARK_READ, email, now)


def is_to_be_asked_for(email: Email, now: datetime) -> bool:
    """Whether opening the email asks the server for its body.

    One that could not be had is asked for again after a pause: the page that waits for it looks
    again by itself, and must not begin anew each time.
    """
    if email.body_state == BodyState.UNAVAILABLE:
        return email.body_asked_at is None or now - email.body_asked_at > PAUSE
    return email.body_state == BodyState.ENVELOPE and email.body_asked_at is None
