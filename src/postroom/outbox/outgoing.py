"""The queue of what people send: claim a row for one attempt, and note what came of it.

An attempt is on record before a server is asked. Who is killed at it leaves *sending* behind, and
nobody knows then what the server has: it becomes *unknown* and is never sent again by itself.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from postroom.accounts.models import EmailAccount
from postroom.accounts.use import note_sent
from postroom.archive.actions import ask_for
from postroom.archive.models import ActionKind, Direction, Email
from postroom.archive.wall import round_the_wall
from postroom.outbox.drafts import outgoing_of
from postroom.outbox.models import DraftCopy, OutgoingEmail, OutgoingState
from postroom.outbox.rates import Wait, find_wait
from postroom.team.models import User

OUTGOING_CHANGED = "postroom_outgoing"  # Told by a trigger, with the author's id.
GRACE = timedelta(seconds=15)
NEARBY = timedelta(hours=1)
LOOKED_FOR = timedelta(days=2)
WAITING = (OutgoingState.HELD, OutgoingState.QUEUED)
INTERRUPTED = (
    "Sending was interrupted, and nobody can tell whether the server took it. Look into Sent, or"
    " ask a recipient, before you send it again."
)


def due_outgoing(now: datetime) -> list[tuple[int, int]]:
    """What is to be sent now, with its account, oldest first."""
    due = OutgoingEmail.objects.filter(state__in=WAITING, due_at__lte=now, account__isnull=False)
    return list(due.order_by("due_at").values_list("pk", "account_id"))


@transaction.atomic
def claim_outgoing(pk: int, now: datetime) -> OutgoingEmail | None:
    """Take a due email for one attempt, unless as many as may go out went already."""
    due = OutgoingEmail.objects.filter(pk=pk, state__in=WAITING, due_at__lte=now)
    outgoing = due.select_for_update(skip_locked=True, of=("self",)).first()
    if outgoing is None:
        return None
    if wait := find_wait(outgoing, now):
        put_off(outgoing, wait, now)
        return None
    outgoing.state, outgoing.started_at = OutgoingState.SENDING, now
    outgoing.attempts += 1
    outgoing.save(update_fields=["state", "started_at", "attempts"])
    return outgoing


def put_off(outgoing: OutgoingEmail, wait: Wait, now: datetime) -> None:
    """Its turn comes later."""
    outgoing.reason, outgoing.due_at = wait.why, now + wait.time
    outgoing.save(update_fields=["reason", "due_at"])


def note_taken(outgoing: OutgoingEmail, not_taken: dict[str, str], now: datetime) -> None:
    """The server has it. Also when it was thought unknown meanwhile: now it is known."""
    undecided = (OutgoingState.SENDING, OutgoingState.UNKNOWN, OutgoingState.QUEUED)
    OutgoingEmail.objects.filter(pk=outgoing.pk, state__in=undecided).update(
        state=OutgoingState.SENT,
        reason="",
        not_taken=not_taken,
        changed_at=now,
        copy_due_at=now,
    )
    if outgoing.account_id:
        note_sent(outgoing.account_id, now)
    mark_answered(outgoing, now)


def note_outcome(
    outgoing: OutgoingEmail, state: OutgoingState, reason: str, due_at: datetime | None
) -> None:
    """It was not taken, or nobody knows."""
    OutgoingEmail.objects.filter(pk=outgoing.pk, state=OutgoingState.SENDING).update(
        state=state, reason=reason, due_at=due_at
    )


def mark_answered(outgoing: OutgoingEmail, now: datetime) -> None:
    """What it answers is answered, in mail programs too."""
    answered = outgoing.answers if outgoing.in_reply_to else None
    if answered and answered.account_id == outgoing.account_id and not answered.is_answered:
        ask_for(ActionKind.MARK_ANSWERED, answered, now)


def meet_interrupted(busy: Collection[int], now: datetime) -> int:
    """What was being sent and is so no more: unknown. Returns how many."""
    lost = OutgoingEmail.objects.filter(state=OutgoingState.SENDING, started_at__lt=now - GRACE)
    return lost.exclude(pk__in=busy).update(state=OutgoingState.UNKNOWN, reason=INTERRUPTED)


def copies_in_the_archive() -> QuerySet[Email]:
    """The synced copy of an outgoing email: the same Message-ID, sent from the same account.

    From then on that copy is the email, with all its rules of who may see it. Its Date is ours.
    """
    return Email.objects.filter(
        account=OuterRef("account"),
        message_id=OuterRef("message_id"),
        direction=Direction.SENT,
        sent_at__gt=OuterRef("written_at") - NEARBY,
        sent_at__lt=OuterRef("written_at") + NEARBY,
    )


def reconcile(now: datetime) -> int:
    """What lies among the synced sent mail was sent, unknown or not. Returns how many."""
    fresh = Q(
        state__in=(OutgoingState.SENT, OutgoingState.BOUNCED), written_at__gt=now - LOOKED_FOR
    )
    unsettled = OutgoingEmail.objects.filter(fresh | Q(state=OutgoingState.UNKNOWN), copy=None)
    found = unsettled.filter(Exists(copies_in_the_archive()))
    return found.update(
        copy=Subquery(copies_in_the_archive().order_by("pk").values("pk")[:1]),
        state=Case(
            When(state=OutgoingState.BOUNCED, then=Value(OutgoingState.BOUNCED)),
            default=Value(OutgoingState.SENT),
        ),
        reason="",
        raw=None,
        copy_raw=None,
        copy_due_at=None,
    )


@transaction.atomic
def say_it_arrived(author: User, key: UUID, now: datetime) -> bool:
    """Its author knows that it arrived."""
    unknown = locked(author, key, OutgoingState.UNKNOWN)
    sent = {"state": OutgoingState.SENT, "reason": "", "changed_at": now, "copy_due_at": now}
    return bool(unknown.update(**sent))


@transaction.atomic
def note_seen(author: User, key: UUID, now: datetime) -> bool:
    """Its author read that it came back; who did not get it stays on record."""
    return bool(locked(author, key, OutgoingState.BOUNCED).update(state=OutgoingState.SENT))


@transaction.atomic
def send_once_more(author: User, key: UUID, now: datetime) -> bool:
    """Its author knows that it did not arrive: the same bytes, under the same Message-ID."""
    unknown = locked(author, key, OutgoingState.UNKNOWN)
    return bool(unknown.update(state=OutgoingState.QUEUED, reason="", changed_at=now, due_at=now))


def locked(author: User, key: UUID, state: OutgoingState) -> QuerySet[OutgoingEmail]:
    """The author's email with this key, if it is in this state."""
    return OutgoingEmail.objects.filter(author=author, key=key, state=state)


def unsettled_of(author: User) -> QuerySet[OutgoingEmail]:
    """What a user writes or sent that is not in the archive yet, or came back; newest first."""
    unsettled = Q(copy=None) & ~Q(Exists(copies_in_the_archive()))
    found = outgoing_of(author).filter(unsettled | Q(state=OutgoingState.BOUNCED))
    return found.select_related("sender")


@round_the_wall()
def unsent_of(account: EmailAccount) -> int:
    """How many drafts and emails that wait would go with the account's mail."""
    unsent = (OutgoingState.DRAFT, *WAITING)
    return OutgoingEmail.objects.filter(account=account, state__in=unsent).count()


def forget_outgoing(account: EmailAccount) -> None:
    """The account's mail goes from here: what was written in it goes too."""
    DraftCopy.objects.filter(account=account).delete()
    OutgoingEmail.objects.filter(account=account).delete()
