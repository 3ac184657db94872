"""Out-of-office replies to what was sent (RFC 3834): told beside it, and taken for no answer."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.archive.models import Direction, Email, ParticipantRole
from postroom.outbox.bounces import AT_ONCE, AWAITED_FOR, SENT
from postroom.outbox.models import OutgoingEmail, ReadReport
from postroom.rendering.readers import ReadersBusy, find_automatic_reply

LONGEST = 300


def meet_automatic_replies(now: datetime) -> int:
    """Read the answers that came to what was sent of late. Returns how many a machine wrote."""
    met = 0
    for email in unread_answers(now)[:AT_ONCE]:
        try:
            met += meet_answer(email, find_automatic_reply(email))
        except ReadersBusy:
            break
    return met


def unread_answers(now: datetime) -> QuerySet[Email]:
    """What came into a conversation of something that was sent from here."""
    of_it = Q(message_id=OuterRef("thread_root")) | Q(references__0=OuterRef("thread_root"))
    sent = OutgoingEmail.objects.filter(
        of_it, account=OuterRef("account"), state__in=SENT, written_at__gt=now - AWAITED_FOR
    )
    sending = OutgoingEmail.objects.filter(state__in=SENT, written_at__gt=now - AWAITED_FOR)
    recent = Email.objects.filter(
        account__in=sending.values("account"),
        sent_at__gt=now - AWAITED_FOR,
        direction=Direction.RECEIVED,
        raw__isnull=False,
        removed_at__isnull=True,
    ).exclude(thread_root="")
    unread = recent.exclude(pk__in=ReadReport.objects.values("email"))
    return unread.filter(Exists(sent)).select_related("raw").order_by("pk")


@transaction.atomic
def meet_answer(email: Email, reply: tuple[str, tuple[str, ...]] | None) -> bool:
    """Note what a machine answered; once for each email. Whether one did.

    Only recipients count, as anybody may write such an answer.
    """
    ReadReport.objects.get_or_create(email=email)
    if reply is None:
        return False
    words, named = reply
    outgoing = (
        OutgoingEmail.objects.select_for_update()
        .filter(account=email.account_id, message_id__in=named, state__in=SENT)
        .first()
    )
    senders = email.participants.filter(role=ParticipantRole.FROM)
    sender = senders.values_list("canonical", flat=True).first()
    if outgoing is None or sender not in outgoing.recipients:
        return False
    outgoing.away |= {sender: words[:LONGEST]}
    outgoing.save(update_fields=["away"])
    return True
