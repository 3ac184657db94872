"""The ledger of a folder: what is known of every UID, and what becomes of those that are gone."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from postroom.archive.announce import announce_emails
from postroom.archive.arrivals import Flags
from postroom.archive.fence import lock_account
from postroom.archive.keywords import derive_labels, take_over_keywords
from postroom.archive.models import Folder, Quarantine, ServerCopy
from postroom.archive.quarantine import leave_places
from postroom.archive.record import refresh_flags
from postroom.archive.replayable import replayable

PATIENCE = timedelta(seconds=30)


def recorded_flags(folder: Folder) -> dict[int, Flags]:
    """Every living UID recorded under the folder's UIDVALIDITY, with its flags."""
    rows = _living(folder).values_list("uid", "is_seen", "is_flagged", "is_answered", "keywords")
    return {
        uid: Flags(seen, flagged, answered, tuple(keywords or ()))
        for uid, seen, flagged, answered, keywords in rows
    }


def recorded_uids(folder: Folder) -> set[int]:
    """Every living UID recorded under the folder's UIDVALIDITY."""
    return set(_living(folder).values_list("uid", flat=True))


def unseen_in(folder: Folder) -> int:
    """How many living copies are unread, to be compared with the server's UNSEEN."""
    return _living(folder).filter(is_seen=False).count()


@replayable()
def set_flags(folder: Folder, flags: Mapping[int, Flags]) -> bool:
    """The server says these are the flags of these UIDs; writes only where they differ.

    A flag that somebody changed here stays until the server was told: it does not know yet.
    Returns whether any differed.
    """
    lock_account(folder.account_id)
    place = (folder.pk, folder.uidvalidity)
    columns = (
        list(flags),
        [f.is_seen for f in flags.values()],
        [f.is_flagged for f in flags.values()],
        [f.is_answered for f in flags.values()],
    )
    with connection.cursor() as cursor:
        cursor.execute(SET_FLAGS, [*columns, *place, *place])
        changed = {email for (email,) in cursor.fetchall()} - {None}
    refresh_flags(changed)
    told = {uid: one.keywords for uid, one in flags.items()}
    changed |= take_over_keywords(folder, folder.uidvalidity, told)
    announce_emails(folder.account_id, changed)
    return bool(changed)


SET_FLAGS = """
UPDATE archive_servercopy AS copy
   SET is_seen = told.is_seen, is_flagged = told.is_flagged, is_answered = told.is_answered
  FROM (SELECT here.uid,
               CASE WHEN asked.seen THEN here.is_seen ELSE f.is_seen END AS is_seen,
               CASE WHEN asked.flagged THEN here.is_flagged ELSE f.is_flagged END AS is_flagged,
               CASE WHEN asked.answered THEN here.is_answered ELSE f.is_answered END AS is_answered
          FROM unnest(%s::bigint[], %s::boolean[], %s::boolean[], %s::boolean[])
               AS f(uid, is_seen, is_flagged, is_answered)
          JOIN archive_servercopy AS here
            ON here.folder_id = %s AND here.uidvalidity = %s AND here.uid = f.uid
         CROSS JOIN LATERAL (
               SELECT bool_or(kind IN ('mark_read', 'mark_unread')) AS seen,
                      bool_or(kind IN ('flag', 'unflag')) AS flagged,
                      bool_or(kind IN ('answered', 'unanswered')) AS answered
                 FROM archive_action
                WHERE email_id = here.email_id AND state = 'asked') AS asked) AS told
 WHERE copy.folder_id = %s AND copy.uidvalidity = %s AND copy.uid = told.uid
   AND (copy.is_seen, copy.is_flagged, copy.is_answered)
       IS DISTINCT FROM (told.is_seen, told.is_flagged, told.is_answered)
RETURNING copy.email_id
"""


@replayable()
def miss(folder: Folder, uids: Collection[int], now: datetime) -> None:
    """These UIDs were not listed. Whoever was missed in an earlier pass too is buried.

    Two passes must agree, `PATIENCE` apart; a UID that is listed again is missed no more.
    """
    copies = _living(folder)
    copies.filter(missed_at__isnull=False).exclude(uid__in=uids).update(missed_at=None)
    missed = copies.filter(uid__in=uids)
    _bury(missed.filter(missed_at__lte=now - PATIENCE), folder.account_id, now)
    missed.filter(missed_at__isnull=True).update(missed_at=now)
    leave_places(
        Quarantine.objects.filter(folder=folder, uidvalidity=folder.uidvalidity, uid__in=uids)
    )


@transaction.atomic
def note_listed(folder: Folder, uids: Collection[int], now: datetime) -> None:
    """Over POP3 a message that is listed no more was fetched by another program, as a rule.

    So its absence is noted and never becomes a removal. Writes only what is new.
    """
    rows = _living(folder).values_list("uid", "missed_at")
    missed = {uid for uid, missed_at in rows if missed_at}
    lost = {uid for uid, _ in rows} - missed - set(uids)
    if lost:
        _living(folder).filter(uid__in=lost).update(missed_at=now)
    if found := missed & set(uids):
        _living(folder).filter(uid__in=found).update(missed_at=None)
    without_bytes = Quarantine.objects.filter(folder=folder, raw__isnull=True)
    if gone := set(without_bytes.values_list("uid", flat=True)) - set(uids):
        without_bytes.filter(uid__in=gone).delete()


@transaction.atomic
def bury_before_renumbering(folder: Folder, now: datetime) -> None:
    """All copies under an older UIDVALIDITY are gone, once the new numbering is recorded."""
    older = ServerCopy.objects.filter(folder=folder, gone_at__isnull=True).exclude(
        uidvalidity=folder.uidvalidity
    )
    _bury(older, folder.account_id, now)
    leave_places(Quarantine.objects.filter(folder=folder).exclude(uidvalidity=folder.uidvalidity))


@transaction.atomic
def bury_in_lost_folders(account_id: int, now: datetime) -> None:
    """A folder that is listed no more was renamed or deleted: bury what also lies elsewhere.

    Nothing else: a listing that shrinks removes no mail. If the folder comes back, so do they.
    """
    listed = ServerCopy.objects.filter(
        email=OuterRef("email"), gone_at__isnull=True, folder__gone_at__isnull=True
    )
    copies = ServerCopy.objects.filter(
        Exists(listed),
        folder__in=Folder.objects.filter(account=account_id, gone_at__isnull=False),
        gone_at__isnull=True,
    )
    if copies.exists():
        _bury(copies, account_id, now)


def _living(folder: Folder) -> QuerySet[ServerCopy]:
    return ServerCopy.objects.filter(
        folder=folder, uidvalidity=folder.uidvalidity, gone_at__isnull=True
    )


def _bury(copies: QuerySet[ServerCopy], account_id: int, now: datetime) -> None:
    lock_account(account_id)
    emails = set(copies.filter(email__isnull=False).values_list("email_id", flat=True))
    copies.update(gone_at=now)
    refresh_flags(emails)
    derive_labels(emails)
    announce_emails(account_id, emails)
