"""Record what came from a server: one transaction, all of it or nothing. Idempotent.

The only writer of Email, Participant and ServerCopy. Rows go in by COPY: model objects cost
four times as much. An advisory lock per account makes "seen before?" and "insert" one step.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection

from postroom.archive.announce import announce_emails
from postroom.archive.arrivals import Arrival
from postroom.archive.fence import lock_account
from postroom.archive.models import (
    BodyState,
    Direction,
    Email,
    Folder,
    FolderRole,
    Participant,
    ParticipantRole,
    ServerCopy,
)
from postroom.archive.replayable import replayable
from postroom.mime import Address, Defect, Envelope

LONGEST_KEY = 500  # Characters of a Message-ID kept; a B-tree row holds 2,704 bytes.
LONGEST_ADDRESS = 320  # RFC 5321 §4.5.3.1: 64 + 1 + 255.
LAST_PLACE = 32_767
UNREAD = frozenset((Defect.HEADER_TOO_LARGE, Defect.FIELD_TOO_LARGE, Defect.TOO_MANY_ADDRESSES))
UNREADABLE_ONE = "(an address that cannot be read)"
FURTHER_ONES = ("(and more than can be read)", "", "")
TRUSTED_AHEAD = timedelta(days=1)

EMAIL_COLUMNS = [
    "id",
    "account_id",
    "identity",
    "message_id",
    "thread_root",
    "subject",
    "snippet",
    "sent_at",
    "received_at",
    "direction",
    "size",
    "has_attachments",
    "is_read",
    "is_flagged",
    "is_answered",
    "body_state",
    "body_due",
    "raw_id",
]
PARTICIPANT_COLUMNS = ["email_id", "role", "position", "name", "address", "canonical", "sent_at"]
COPY_COLUMNS = [
    "folder_id",
    "email_id",
    "uidvalidity",
    "uid",
    "is_seen",
    "is_flagged",
    "is_answered",
]

ROLES = (
    (ParticipantRole.FROM, "from_"),
    (ParticipantRole.REPLY_TO, "reply_to"),
    (ParticipantRole.TO, "to"),
    (ParticipantRole.CC, "cc"),
    (ParticipantRole.BCC, "bcc"),
)


@replayable()
def record(
    folder: Folder, uidvalidity: int, arrivals: Sequence[Arrival], *, only: set[str] | None = None
) -> dict[int, int]:
    """Record the arrivals in their folder; return UID to id of the emails that are new.

    With `only` (storage mode *strict*), mail that carries none of these canonical addresses
    leaves its UID in the ledger and nothing else. Of two arrivals with one UID the first counts.
    """
    lock_account(folder.account_id)
    arrivals = unrecorded(folder, uidvalidity, arrivals)
    kept = [a for a in arrivals if only is None or not only.isdisjoint(canonicals(a.envelope))]
    ids = known_ids(folder.account_id, [a.identity for a in kept])
    met_again = set(ids.values())
    fresh = {a.identity: a for a in kept if a.identity not in ids}
    ids.update(zip(fresh, next_email_ids(len(fresh)), strict=True))
    copy_rows(Email, EMAIL_COLUMNS, (email_row(folder, ids[a.identity], a) for a in fresh.values()))
    copy_rows(Participant, PARTICIPANT_COLUMNS, participant_rows(ids, fresh.values()))
    copy_rows(ServerCopy, COPY_COLUMNS, copy_rows_of(folder, uidvalidity, arrivals, ids))
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
    # One array parameter: an IN list of 500 costs more to write than to answer.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity, id FROM archive_email"
            " WHERE account_id = %s AND identity = ANY(%s::bytea[])",
            [account_id, identities],
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


def copy_rows(
    model: type[Email] | type[Participant] | type[ServerCopy],
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
) -> None:
    """Bulk insert through COPY; raises what Django raises.

    Rows are made before: a query during COPY would wait for ever.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    command = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    made = list(rows)
    refused = connection.wrap_database_errors
    with refused, connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in made:
            copy.write_row(row)


def email_row(folder: Folder, pk: int, arrival: Arrival) -> tuple[object, ...]:
    """One row of EMAIL_COLUMNS."""
    envelope, flags, stored = arrival.envelope, arrival.flags, arrival.stored
    return (
        pk,
        folder.account_id,
        arrival.identity,
        envelope.message_id,
        envelope.thread_root[:LONGEST_KEY],
        envelope.subject,
        stored.snippet if stored else "",
        moment(arrival),
        arrival.received_at,
        direction(folder, envelope),
        arrival.size,
        bool(stored and stored.has_attachments),
        flags.is_seen,
        flags.is_flagged,
        flags.is_answered,
        BodyState.STORED.value if stored else BodyState.ENVELOPE.value,
        arrival.is_due,
        stored.digest if stored else None,
    )


def participant_rows(
    ids: dict[bytes, int], arrivals: Iterable[Arrival]
) -> Iterator[tuple[object, ...]]:
    """Rows of PARTICIPANT_COLUMNS: everybody in every header that names people.

    Who cannot be told is a participant too, without an address: the email may be with anybody.
    """
    for arrival in arrivals:
        email, sent_at = ids[arrival.identity], moment(arrival)
        for role, header in ROLES:
            addresses: Sequence[Address] = getattr(arrival.envelope, header)
            for position, address in enumerate(addresses):
                yield email, role.value, position, *naming(address), sent_at
        if not UNREAD.isdisjoint(arrival.envelope.defects):
            yield email, ParticipantRole.CC.value, LAST_PLACE, *FURTHER_ONES, sent_at


def naming(address: Address) -> tuple[str, str, str]:
    """Name, address and canonical form; the last two are empty when nobody can be told by them."""
    if address.canonical and len(address.canonical) <= LONGEST_ADDRESS:
        return address.name, address.address, address.canonical
    return address.name or UNREADABLE_ONE, "", ""


def copy_rows_of(
    folder: Folder, uidvalidity: int, arrivals: Iterable[Arrival], ids: dict[bytes, int]
) -> Iterator[tuple[object, ...]]:
    """Rows of COPY_COLUMNS: the ledger's entry for every UID, also of mail not kept."""
    for a in arrivals:
        flags = a.flags
        yield (
            folder.pk,
            ids.get(a.identity),
            uidvalidity,
            a.uid,
            flags.is_seen,
            flags.is_flagged,
            flags.is_answered,
        )


def moment(arrival: Arrival) -> datetime:
    """When the email was sent: its Date header, unless absent or a day ahead of its arrival."""
    sent = arrival.envelope.sent_at
    if sent is None or sent > arrival.received_at + TRUSTED_AHEAD:
        return arrival.received_at
    return sent


def direction(folder: Folder, envelope: Envelope) -> Direction:
    """Sent, if it is from an address of the account's owner or lies among the sent mail."""
    is_from_owner = any(a.canonical in folder.account.own_addresses for a in envelope.from_)
    return Direction.SENT if is_from_owner or folder.role == FolderRole.SENT else Direction.RECEIVED


def canonicals(envelope: Envelope) -> set[str]:
    """All canonical addresses on an envelope."""
    return {a.canonical for _, header in ROLES for a in getattr(envelope, header) if a.canonical}


def refresh_flags(email_ids: set[int]) -> None:
    """Derive read, flagged, answered and removed of emails from their living copies."""
    if not email_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_FLAGS, [list(email_ids)])


REFRESH_FLAGS = """
UPDATE archive_email AS email
   SET is_read = copies.is_seen, is_flagged = copies.is_flagged,
       is_answered = copies.is_answered,
       removed_at = CASE WHEN copies.living THEN NULL
                         ELSE COALESCE(email.removed_at, copies.gone_at) END
  FROM (SELECT email_id,
               COALESCE(bool_or(is_seen) FILTER (WHERE gone_at IS NULL), bool_or(is_seen))
                   AS is_seen,
               COALESCE(bool_or(is_flagged) FILTER (WHERE gone_at IS NULL), false) AS is_flagged,
               COALESCE(bool_or(is_answered) FILTER (WHERE gone_at IS NULL), bool_or(is_answered))
                   AS is_answered,
               bool_or(gone_at IS NULL) AS living,
               max(gone_at) AS gone_at
          FROM archive_servercopy WHERE email_id = ANY(%s) GROUP BY email_id) AS copies
 WHERE email.id = copies.email_id
   AND (email.is_read, email.is_flagged, email.is_answered, email.removed_at IS NULL)
       IS DISTINCT FROM
       (copies.is_seen, copies.is_flagged, copies.is_answered, copies.living)
"""
