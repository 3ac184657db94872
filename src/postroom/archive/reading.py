"""Open an email: its bytes if they are here, and what follows from opening it."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from postroom.accounts.members import holds
from postroom.accounts.use import note_opened
from postroom.archive.actions import ask_for
from postroom.archive.announce import announce_work
from postroom.archive.beside import delete
from postroom.archive.bodies import ask_for_body
from postroom.archive.models import ActionKind, BodyState, Email
from postroom.archive.raw import RawLost, bytes_of
from postroom.team.models import User

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=30)


def find_raw(email: Email) -> bytes | None:
    """The message's bytes as they came, or None while only the envelope is here."""
    if email.raw is None:
        return None
    try:
        return bytes_of(email.raw)
    except RawLost as lost:
        log.error("%s has no bytes any more and is to be fetched anew: %s", email.pk, lost)
        forget_body(email)
        return None


def forget_body(email: Email) -> None:
    """Its bytes were lost beside the database: ask its mail server again when it is opened."""
    if email.raw is not None:
        delete(bytes(email.raw.digest))
    Email.objects.filter(pk=email.pk).update(
        raw=None, body_state=BodyState.ENVELOPE, body_due=True, body_asked_at=None
    )
    announce_work(email.account_id)


@transaction.atomic
def opened(email: Email, viewer: User, now: datetime) -> None:
    """A viewer opened the email: ask for a body that is not here, and mark it read if it is theirs.

    A colleague's reading changes nothing in the mailbox; in a team mailbox a member's does.
    """
    note_opened(email.account_id, now)
    ask_if_absent(email, now)
    if not email.is_read and holds(viewer, email.account):
        ask_for(ActionKind.MARK_READ, email, now)
        email.is_read = True


def ask_if_absent(email: Email, now: datetime) -> None:
    """Have the body fetched that is not here, for whoever reads it without opening the email."""
    if is_to_be_asked_for(email, now):
        ask_for_body(email, now)
        announce_work(email.account_id)


def is_to_be_asked_for(email: Email, now: datetime) -> bool:
    """Whether opening the email asks the server for its body.

    One that could not be had is asked for again after a pause: the page that waits for it looks
    again by itself, and must not begin anew each time.
    """
    if email.body_state == BodyState.UNAVAILABLE:
        return email.body_asked_at is None or now - email.body_asked_at > PAUSE
    return email.body_state == BodyState.ENVELOPE and email.body_asked_at is None
