"""Emails that Alice sends, for tests."""

from datetime import datetime
from uuid import uuid4

from cast import NOON
from postroom.accounts.models import EmailAccount
from postroom.outbox.drafts import Written, keep, senders_of
from postroom.outbox.handing_over import send_outgoing
from postroom.outbox.holding import HELD_FOR, send
from postroom.outbox.models import OutgoingEmail

DUE = NOON + HELD_FOR
LENA = "Lena Lead <lena@customer.example>"


def sent_by(account: EmailAccount, now: datetime = NOON, **words: str) -> OutgoingEmail:
    """An email that its author asked to send at this moment."""
    key = uuid4()
    written = Written(senders_of(account.owner)[0], **{"to": LENA, "subject": "Offer", **words})
    keep(account.owner, key, written, (), now)
    return send(account.owner, key, now)


def attempt(outgoing: OutgoingEmail, now: datetime = DUE) -> OutgoingEmail:
    send_outgoing(outgoing.pk, lambda: now)
    outgoing.refresh_from_db()
    return outgoing
