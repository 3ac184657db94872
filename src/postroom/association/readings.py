"""Who reads a colleague's email stands in the audit log, if the organisation wants it so."""

from datetime import datetime

from postroom.accounts.matters import Matter
from postroom.accounts.members import holds
from postroom.accounts.models import Sight
from postroom.archive.models import Email
from postroom.team.audit import note_once
from postroom.team.models import Act, Organisation, User


def note_reading(email: Email, viewer: User, now: datetime) -> None:
    """Write down that somebody reads it: once a day, and never of their own mail."""
    if email.sight < Sight.EVERYTHING or not Organisation.get().logs_reading:
        return
    if holds(viewer, email.account):
        return
    identity = bytes(email.identity)
    occasion = f"read:{viewer.pk}:{email.account_id}:{identity.hex()}:{now:%Y-%m-%d}"
    note_once(occasion, Act.EMAIL_READ, viewer, Matter(email.account, identity), now)
