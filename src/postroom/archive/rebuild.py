"""Rebuild what was read from raw messages; the raw bytes and the server's word are the truth.

Writes only where a row differs, so that rebuilding twice is rebuilding once. Design, decision 7.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_emails
from postroom.archive.entry import email_values, is_automatic, naming, participations_in
from postroom.archive.fence import lock_account
from postroom.archive.models import (
    BodyState,
    Email,
    Folder,
    FolderRole,
    Participant,
    ServerCopy,
)
from postroom.archive.record import PARTICIPANT_COLUMNS, direction, moment
from postroom.archive.search import read_again
from postroom.mime import Envelope


@dataclass(frozen=True, slots=True)
class Rereading:
    """What a reader of today finds in the bytes of an email."""

    email: Email
    envelope: Envelope
    snippet: str
    has_attachments: bool


def emails_with_raw(account: EmailAccount | None) -> QuerySet[Email]:
    """The emails that can be rebuilt, of one account or of all, in the order of their ids."""
    emails = Email.objects.filter(raw__isnull=False).order_by("pk")
    return emails if account is None else emails.filter(account=account)


@transaction.atomic
def rebuild(account: EmailAccount, rereadings: Sequence[Rereading]) -> set[int]:
    """Make the rows of these emails what the rereadings say; returns the ids of those changed."""
    lock_account(account.pk)
    ids = {reread.email.pk for reread in rereadings}
    sent = ids_among_sent_mail(ids)
    known = participants_of(ids)
    changed = set()
    for reread in rereadings:
        role = FolderRole.SENT if reread.email.pk in sent else FolderRole.OTHER
        folder = Folder(account=account, role=role)
        changed |= rebuild_email(folder, reread)
        changed |= rebuild_participants(reread, known[reread.email.pk])
    read_again(account.pk, sorted(ids))
    announce_emails(account.pk, changed)
    return changed


def ids_among_sent_mail(email_ids: set[int]) -> set[int]:
    """Which of the emails lie in a folder of sent mail."""
    sent = ServerCopy.objects.filter(email__in=email_ids, folder__role=FolderRole.SENT)
    return set(sent.values_list("email_id", flat=True))


def participants_of(email_ids: set[int]) -> dict[int, set[tuple[object, ...]]]:
    """The rows of PARTICIPANT_COLUMNS that are here, by email."""
    found: dict[int, set[tuple[object, ...]]] = defaultdict(set)
    rows = Participant.objects.filter(email__in=email_ids).values_list(*PARTICIPANT_COLUMNS)
    for row in rows:
        found[row[0]].add(tuple(row))
    return found


def rebuild_email(folder: Folder, reread: Rereading) -> set[int]:
    """Correct the email's row; returns its id if that was needed."""
    email = reread.email
    message_id, thread_root, subject = email_values(reread.envelope)
    senders = [address.canonical for address in reread.envelope.from_]
    is_now = {
        "message_id": message_id,
        "thread_root": thread_root,
        "subject": subject,
        "sent_at": moment(reread.envelope.sent_at, email.received_at),
        "direction": direction(folder, senders),
        "is_automatic": is_automatic(reread.envelope),
        "snippet": reread.snippet,
        "has_attachments": reread.has_attachments,
        "body_state": BodyState.STORED.value,
    }
    differing = {name: value for name, value in is_now.items() if getattr(email, name) != value}
    if not differing:
        return set()
    Email.objects.filter(pk=email.pk).update(**differing)
    return {email.pk}


def rebuild_participants(reread: Rereading, known: set[tuple[object, ...]]) -> set[int]:
    """Correct who is on the email; returns its id if that was needed."""
    email = reread.email
    sent_at = moment(reread.envelope.sent_at, email.received_at)
    are_now = [
        (email.pk, email.account_id, role, position, *naming(address), sent_at)
        for role, position, address in participations_in(reread.envelope)
    ]
    if set(are_now) == known:
        return set()
    Participant.objects.filter(email=email).delete()
    rows = [dict(zip(PARTICIPANT_COLUMNS, row, strict=True)) for row in are_now]
    Participant.objects.bulk_create([Participant(**row) for row in rows])
    return {email.pk}
