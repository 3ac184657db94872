"""Open an email: its parsed message if it is here, and what follows from opening it."""

from datetime import datetime

import zstandard
from django.db import transaction

from postroom.archive.actions import ask_for
from postroom.archive.announce import announce_work
from postroom.archive.models import ActionKind, BodyState, Email
from postroom.mime import ParsedMessage, parse_message
from postroom.team.models import User


def find_raw(email: Email) -> bytes | None:
    """The message's bytes as they came, or None while only the envelope is here."""
    if email.raw is None:
        return None
    return zstandard.decompress(bytes(email.raw.compressed), max_output_size=email.raw.size)


def find_message(email: Email) -> ParsedMessage | None:
    """The message, parsed, or None while only the envelope is here."""
    raw = find_raw(email)
    return None if raw is None else parse_message(raw)


@transaction.atomic
def opened(email: Email, viewer: User, now: datetime) -> None:
    """A viewer opened the email: ask for a body that is not here, and mark it read as its owner.

    A colleague's reading changes nothing in the owner's mailbox.
    """
    if email.body_state == BodyState.ENVELOPE and email.body_asked_at is None:
        Email.objects.filter(pk=email.pk).update(body_asked_at=now)
        announce_work(email.account_id)
    if email.account.owner_id == viewer.pk and not email.is_read:
        ask_for(ActionKind.MARK_READ, email, now)
