"""Send later: an email that waits for its moment, and is composed when it comes.

Its Date is then the time at which it goes, and what its author changed meanwhile, an address that
is theirs no more or a password, is met as with any other. Until the moment it has no Message-ID
and no bytes, so it can be changed or called back.
"""

from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from django.db import transaction

from postroom.outbox.drafts import NotSendable, ServerIsBusy, outgoing_of
from postroom.outbox.holding import draft_of, fix_bytes, send
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.moments import instant_of
from postroom.team.models import User

FARTHEST = timedelta(days=366)
WAITS = (OutgoingState.DRAFT, OutgoingState.SCHEDULED)


@transaction.atomic
def schedule(
    author: User, key: UUID, local: datetime, zone: tzinfo, now: datetime
) -> OutgoingEmail:
    """Have it sent when the clock there shows this. Raises NotSendable, now and not then."""
    outgoing = outgoing_of(author).select_for_update(of=("self",)).get(key=key)
    if outgoing.state not in WAITS:
        return outgoing
    due_at = instant_of(local, zone)
    if due_at <= now:
        raise NotSendable("That moment has passed. Choose a later one.", "at")
    if due_at > now + FARTHEST:
        raise NotSendable("That is more than a year ahead. Choose an earlier moment.", "at")
    draft = draft_of(outgoing, now)
    outgoing.recipients = [one.canonical for one in draft.recipients]
    outgoing.state, outgoing.due_at, outgoing.changed_at = OutgoingState.SCHEDULED, due_at, now
    outgoing.reason = ""
    outgoing.save()
    return outgoing


def send_now(author: User, key: UUID, now: datetime) -> bool:
    """Do not wait for its moment; its ten seconds remain. False when that came.

    Raises NotSendable, and it waits on.
    """
    if not outgoing_of(author).filter(key=key, state=OutgoingState.SCHEDULED).exists():
        return False
    send(author, key, now)
    return True


def release_scheduled(now: datetime) -> int:
    """Give what has its moment now to the queue. Returns how many."""
    due = OutgoingEmail.objects.filter(state=OutgoingState.SCHEDULED, due_at__lte=now)
    return sum([release(pk, now) for pk in due.order_by("due_at").values_list("pk", flat=True)])


@transaction.atomic
def release(pk: int, now: datetime) -> bool:
    """Compose it and have it sent at once; what cannot be sent any more says why."""
    due = OutgoingEmail.objects.filter(pk=pk, state=OutgoingState.SCHEDULED, due_at__lte=now)
    outgoing = due.select_for_update(skip_locked=True, of=("self",)).first()
    if outgoing is None:
        return False
    try:
        fix_bytes(outgoing, now)
    except ServerIsBusy:
        return False
    except NotSendable as refusal:
        outgoing.state, outgoing.reason = OutgoingState.REFUSED, refusal.sentence
        outgoing.due_at, outgoing.changed_at = None, now
    else:
        outgoing.state, outgoing.due_at = OutgoingState.QUEUED, now
    outgoing.save()
    return outgoing.state == OutgoingState.QUEUED
