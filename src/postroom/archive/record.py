"""Record what came from a server: one transaction, all of it or nothing. Idempotent.

The only writer of Email, Participant and ServerCopy. Rows go in by binary COPY: model objects cost
four times as much. An advisory lock per account makes "seen before?" and "insert" one step.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from struct import Struct

from django.db import connection

from postroom.archive.announce import announce_emails
from postroom.archive.arrivals import Arrival, Stored
from postroom.archive.beside_the_statement import values_beside
from postroom.archive.binary_copy import FALSE, NULL, TRUE, microseconds, octets, text, whole
from postroom.archive.entry import EMAIL_ENTRY, PARTICIPANT_ENTRY
from postroom.archive.fence import lock_account
from postroom.archive.keywords import record_keywords
from postroom.archive.models import (
    BodyState,
    Direction,
    Email,
    Folder,
    FolderRole,
    Participant,
    ServerCopy,
)
from postroom.archive.replayable import replayable
from postroom.crm.erased import erased_among

TRUSTED_AHEAD = timedelta(days=1)

EMAIL_COLUMNS = (
    "id",
    "account_id",
    "received_at",
    "sent_at",
    "size",
    "is_read",
    "is_flagged",
    "is_answered",
    "body_due",
    "in_inbox",
    "is_automatic",
    "identity",
    *EMAIL_ENTRY,
    "direction",
    "body_state",
    "snippet",
    "has_attachments",
    "raw_id",
)
PARTICIPANT_COLUMNS = ("email_id", "account_id", *PARTICIPANT_ENTRY, "sent_at")
COPY_COLUMNS = (
    "folder_id",
    "uidvalidity",
    "uid",
    "is_seen",
    "is_flagged",
    "is_answered",
    "email_id",
)

# A row is how many fields it has, and its fields.
EMAIL_START = Struct("!h iq iq iq iq ii i? i? i? i? i? i?").pack
PARTICIPANT_START, BIGINT = Struct("!h iq iq").pack, Struct("!iq").pack
COPY_START = Struct("!h iq iq iq i? i? i?").pack

DIRECTIONS = {direction: text(direction.value) for direction in Direction}
NOT_STORED = text(BodyState.ENVELOPE.value) + text("") + FALSE + NULL
STORED = text(BodyState.STORED.value)


@replayable()
def record(
    folder: Folder, uidvalidity: int, arrivals: Sequence[Arrival], *, only: set[str] | None = None
) -> dict[int, int]:
    """Record the arrivals in their folder; return UID to id of the emails that are new.

    With `only` (storage mode *strict*), mail that carries none of these canonical addresses
    leaves its UID in the ledger and nothing else; so does mail with somebody who was erased. Of
    two arrivals with one UID the first counts.
    """
    lock_account(folder.account_id)
    arrivals = unrecorded(folder, uidvalidity, arrivals)
    erased = erased_among({c for a in arrivals for c in a.entry.canonicals})
    kept = [a for a in arrivals if only is None or not only.isdisjoint(a.entry.canonicals)]
    kept = [a for a in kept if erased.isdisjoint(a.entry.canonicals)]
    ids = known_ids(folder.account_id, [a.identity for a in kept])
    met_again = set(ids.values())
    fresh = {a.identity: a for a in kept if a.identity not in ids}
    ids.update(zip(fresh, next_email_ids(len(fresh)), strict=True))
    copy_in(Email, EMAIL_COLUMNS, [email_row(folder, ids[i], a) for i, a in fresh.items()])
    people = [people_of(ids[i], folder.account_id, a) for i, a in fresh.items()]
    copy_in(Participant, PARTICIPANT_COLUMNS, people)
    places = [place_of(folder, uidvalidity, a, ids.get(a.identity)) for a in arrivals]
    copy_in(ServerCopy, COPY_COLUMNS, places)
    record_keywords(folder, uidvalidity, arrivals, met_again)
    refresh_flags(met_again)
    announce_emails(folder.account_id, set(ids.values()))
    return {a.uid: ids[a.identity] for a in fresh.values()}


def unrecorded(folder: Folder, uidvalidity: int, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The arrivals whose UID is not in the folder's ledger yet.

    A place that was given up for gone and is listed again is recorded anew: a server may list
    nothing for a while, and an old UIDVALIDITY may come back.
    """
    if not arrivals:
        return []
    uids = [a.uid for a in arrivals]
    here = ServerCopy.objects.filter(
        folder=folder, uidvalidity=uidvalidity, uid__range=(min(uids), max(uids))
    )
    rows = dict(here.values_list("uid", "gone_at"))
    gone = {uid for uid in uids if rows.get(uid)}
    if gone:
        here.filter(uid__in=gone, gone_at__isnull=False).delete()
    first = {a.uid: a for a in reversed(arrivals)}
    return [a for a in arrivals if a is first[a.uid] and (a.uid not in rows or a.uid in gone)]


def known_ids(account_id: int, identities: list[bytes]) -> dict[bytes, int]:
    """Emails of the account that are here already, by identity: moved, copied or met again."""
    if not identities:
        return {}
    # One array parameter: Django's own cursor writes 500 of them in a millisecond.
    with values_beside() as cursor:
        cursor.execute(
            "SELECT identity, id FROM archive_email"
            " WHERE account_id = %s AND identity = ANY(%b::bytea[])",
            [account_id, identities],
            binary=True,
        )
        return {bytes(identity): pk for identity, pk in cursor.fetchall()}


def next_email_ids(count: int) -> list[int]:
    """Reserve primary keys, so that rows which point to each other go in by COPY."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('archive_email', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_in(
    model: type[Email] | type[Participant] | type[ServerCopy],
    columns: Sequence[str],
    rows: Sequence[bytes],
) -> None:
    """Bulk insert rows made for binary COPY; raises what Django raises."""
    if not rows:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    command = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    refused = connection.wrap_database_errors
    with refused, connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write(whole(rows))


def email_row(folder: Folder, pk: int, arrival: Arrival) -> bytes:
    """One row of EMAIL_COLUMNS."""
    entry, flags, stored = arrival.entry, arrival.flags, arrival.stored
    received_at = microseconds(arrival.received_at)
    sent_at = microseconds(moment(entry.sent_at, arrival.received_at))
    # fmt: off
    start = EMAIL_START(
        len(EMAIL_COLUMNS), 8, pk, 8, folder.account_id, 8, received_at, 8, sent_at,
        4, arrival.size, 1, flags.is_seen, 1, flags.is_flagged, 1, flags.is_answered,
        1, arrival.is_due, 1, folder.role == FolderRole.INBOX,
        1, entry.is_automatic,
    )
    # fmt: on
    return b"".join(
        (
            start,
            octets(arrival.identity),
            entry.columns,
            DIRECTIONS[direction(folder, entry.senders)],
            body_of(stored) if stored else NOT_STORED,
        )
    )


def body_of(stored: Stored) -> bytes:
    """The columns that tell of a body which is here."""
    attached = TRUE if stored.has_attachments else FALSE
    return b"".join((STORED, text(stored.snippet), attached, octets(stored.digest)))


def people_of(pk: int, account: int, arrival: Arrival) -> bytes:
    """The rows of PARTICIPANT_COLUMNS of one email."""
    entry = arrival.entry
    if not entry.people:
        return b""
    start = PARTICIPANT_START(len(PARTICIPANT_COLUMNS), 8, pk, 8, account)
    end = BIGINT(8, microseconds(moment(entry.sent_at, arrival.received_at)))
    return start + (end + start).join(entry.people) + end


def place_of(folder: Folder, uidvalidity: int, arrival: Arrival, pk: int | None) -> bytes:
    """One row of COPY_COLUMNS: the ledger's entry for a UID, also of mail not kept."""
    flags = arrival.flags
    # fmt: off
    start = COPY_START(
        len(COPY_COLUMNS), 8, folder.pk, 8, uidvalidity, 8, arrival.uid,
        1, flags.is_seen, 1, flags.is_flagged, 1, flags.is_answered,
    )
    # fmt: on
    return start + (NULL if pk is None else BIGINT(8, pk))


def moment(sent_at: datetime | None, received_at: datetime) -> datetime:
    """When an email was sent: its Date header, unless absent or a day ahead of its arrival."""
    if sent_at is None or sent_at > received_at + TRUSTED_AHEAD:
        return received_at
    return sent_at


def direction(folder: Folder, senders: Collection[str]) -> Direction:
    """Sent, if it is from an address of the account's owner or lies among the sent mail."""
    is_from_owner = not folder.account.own_addresses.isdisjoint(senders)
    return Direction.SENT if is_from_owner or folder.role == FolderRole.SENT else Direction.RECEIVED


def refresh_flags(email_ids: set[int]) -> None:
    """Derive the marks of emails, and whether they lie in the Inbox, from their living copies."""
    if not email_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_FLAGS, [list(email_ids)])


REFRESH_FLAGS = """
UPDATE archive_email AS email
   SET is_read = copies.is_seen, is_flagged = copies.is_flagged,
       is_answered = copies.is_answered, in_inbox = copies.in_inbox,
       removed_at = CASE WHEN copies.living THEN NULL
                         ELSE COALESCE(email.removed_at, copies.gone_at) END
  FROM (SELECT email_id,
               COALESCE(bool_or(is_seen) FILTER (WHERE copy.gone_at IS NULL), bool_or(is_seen))
                   AS is_seen,
               COALESCE(bool_or(is_flagged) FILTER (WHERE copy.gone_at IS NULL), false)
                   AS is_flagged,
               COALESCE(bool_or(is_answered) FILTER (WHERE copy.gone_at IS NULL),
                        bool_or(is_answered)) AS is_answered,
               bool_or(copy.gone_at IS NULL AND folder.role = 'inbox') AS in_inbox,
               bool_or(copy.gone_at IS NULL) AS living,
               max(copy.gone_at) AS gone_at
          FROM archive_servercopy AS copy JOIN archive_folder AS folder ON folder.id = folder_id
         WHERE email_id = ANY(%s) GROUP BY email_id) AS copies
 WHERE email.id = copies.email_id
   AND (email.is_read, email.is_flagged, email.is_answered, email.in_inbox,
        email.removed_at IS NULL)
       IS DISTINCT FROM
       (copies.is_seen, copies.is_flagged, copies.is_answered, copies.in_inbox, copies.living)
"""
