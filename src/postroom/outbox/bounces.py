"""Mail servers' reports of what they could not deliver, matched to what was sent (RFC 3464).

Anybody who got an email knows its Message-ID and can write such a report: it tells something to
its author, and nothing is done because of it. Of its recipients only those we sent to count.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from postroom.archive.models import Direction, Email, Participant, ParticipantRole
from postroom.archive.reading import ask_if_absent
from postroom.mime import DeliveryReport, ReportedRecipient
from postroom.outbox.models import OutgoingEmail, OutgoingState, ReadReport
from postroom.rendering.readers import ReadersBusy, find_report

AWAITED_FOR = timedelta(days=6)  # Servers give up after five days (RFC 5321 §4.5.4.1).
AT_ONCE = 20
POSTMASTERS = Q(canonical__startswith="mailer-daemon@") | Q(canonical__startswith="postmaster@")
SENT = (OutgoingState.SENT, OutgoingState.UNKNOWN, OutgoingState.BOUNCED)


def meet_reports(now: datetime) -> int:
    """Read the reports that came; have those fetched of which only the envelope is here."""
    bounced = 0
    for email in unread_reports(now)[:AT_ONCE]:
        if email.raw_id is None:
            ask_if_absent(email, now)
            continue
        try:
            bounced += meet_report(email, find_report(email), now)
        except ReadersBusy:
            break
    return bounced


def unread_reports(now: datetime) -> QuerySet[Email]:
    """What postmasters wrote to mailboxes from which something was sent of late."""
    from_postmaster = Participant.objects.filter(
        POSTMASTERS, email=OuterRef("pk"), role=ParticipantRole.FROM
    )
    sending = OutgoingEmail.objects.filter(state__in=SENT, written_at__gt=now - AWAITED_FOR)
    recent = Email.objects.filter(
        account__in=sending.values("account"),
        sent_at__gt=now - AWAITED_FOR,
        direction=Direction.RECEIVED,
        removed_at__isnull=True,
    )
    unread = recent.exclude(pk__in=ReadReport.objects.values("email"))
    return (
        unread.filter(Exists(from_postmaster))
        .select_related("raw")
        .order_by(F("raw").asc(nulls_last=True), "pk")
    )


@transaction.atomic
def meet_report(email: Email, report: DeliveryReport | None, now: datetime) -> bool:
    """Note of what was sent that it came back; once for each report. Whether there was any."""
    ReadReport.objects.get_or_create(email=email)
    if report is None or not report.failed or not report.original_message_id:
        return False
    found = OutgoingEmail.objects.select_for_update().filter(
        account=email.account_id, message_id=report.original_message_id, state__in=SENT
    )
    outgoing = found.first()
    came_back = {one.address: words_for(one) for one in report.failed}
    if outgoing is None or came_back.keys().isdisjoint(outgoing.recipients):
        return False
    outgoing.not_taken |= {a: w for a, w in came_back.items() if a in outgoing.recipients}
    outgoing.state, outgoing.reason, outgoing.changed_at = OutgoingState.BOUNCED, "", now
    outgoing.save(update_fields=["not_taken", "state", "reason", "changed_at"])
    return True


WHY = {
    "5.1.1": "There is no such address. Check how it is written.",
    "5.1.2": "There is no such domain. Check how it is written.",
    "5.1.10": "There is no such address. Check how it is written.",
    "5.2.1": "The mailbox is switched off. Reach them by another way.",
    "5.2.2": "The mailbox is full. Tell them by another way, or try again in some days.",
    "5.2.3": "The email is too large for it. Send a link to the files instead.",
    "5.3.4": "The email is too large for it. Send a link to the files instead.",
    "5.7.1": "Its server does not let it in. Ask them to allow your address.",
    "4.4.1": "Its server could not be reached. Try again in some hours.",
    "4.4.7": "Its server could not be reached in time. Try again in some hours.",
}
UNKNOWN = "Check the address, or reach them by another way."


def words_for(recipient: ReportedRecipient) -> str:
    """Why and what to do where the code tells (RFC 3463), with the server's own words."""
    why = WHY.get(recipient.status, UNKNOWN)
    said = f" The server said: “{recipient.diagnostic[:300]}”." if recipient.diagnostic else ""
    return why + said
