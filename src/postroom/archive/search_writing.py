"""Write words that were read, and note how far it is: one transaction, the same twice as once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import DataError, InternalError, connection, transaction

from postroom.accounts.models import Activation
from postroom.archive.beside_the_statement import values_beside
from postroom.archive.binary_copy import whole
from postroom.archive.models import SearchDue
from postroom.archive.replayable import replayable
from postroom.archive.search import EPOCH, Batch, read_again
from postroom.archive.search_entry import (
    ENTRY_COLUMNS,
    Called,
    Vectors,
    Words,
    called_there,
    entry_row,
    placed,
)

MOST_LEFT = 5_000  # As many as known people have of a large mailbox: they come without their words.

# One that was deleted meanwhile is left out; who deletes one now waits until this is committed, and
# takes its entry along.
STILL_THERE = "SELECT id, sent_at FROM archive_email WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"

# Two who read the mail of one account write one after the other.
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('words of ' || %s, 0))"

WRITE_ENTRIES = f"COPY archive_searchentry ({', '.join(ENTRY_COLUMNS)}) FROM STDIN (FORMAT BINARY)"

DELETE_ENTRIES = "DELETE FROM archive_searchentry WHERE email_id = ANY(%s)"

WRITE_CORRESPONDENTS = """
INSERT INTO archive_correspondent (account_id, canonical, name, words)
SELECT %s, new.canonical, new.name, new.words
  FROM unnest(%b::text[], %b::text[], %b::text[]) AS new(canonical, name, words)
 ORDER BY new.canonical, new.words
    ON CONFLICT DO NOTHING
"""


LEFT_BEFORE = """
SELECT mark.email_id, ARRAY(
       SELECT id FROM archive_email
        WHERE account_id = %s AND id > mark.email_id AND id < %s ORDER BY id LIMIT %s)
  FROM (SELECT COALESCE(max(email_id), 0) AS email_id
          FROM archive_searchmark WHERE account_id = %s) AS mark
"""

NOTE_MARK = """
INSERT INTO archive_searchmark (account_id, email_id) VALUES (%s, 0) ON CONFLICT DO NOTHING;
UPDATE archive_searchmark SET email_id = %s WHERE account_id = %s AND email_id = %s
"""

STANDS = "SELECT FROM accounts_emailaccount WHERE id = %s AND activation <> %s FOR SHARE"


class WithWords(NamedTuple):
    """The words of an email that is being recorded, and its moment."""

    sent_at: datetime
    words: Words


@replayable()
def write_entries(batch: Batch, vectors: Sequence[Vectors]) -> None:
    """Keep the words of a batch, who is on it, and how far it is; nothing of a closed account.

    Not under the account's lock, for which its recorder would have to wait: whoever deactivates
    the account waits for its row.
    """
    if not stands(batch.account_id):
        return
    wait_for_others(batch.account_id)
    ids = [email.pk for email in batch.emails]
    found = dict(zip(ids, vectors, strict=True))
    delete_entries(ids)
    there = dict(still_there(ids))
    rows = [entry_row(pk, batch.account_id, at, found[pk]) for pk, at in there.items()]
    insert(batch.account_id, rows, called_on(batch, there))
    SearchDue.objects.filter(pk__in=batch.due).delete()
    note_mark(batch.account_id, batch.mark, batch.next_mark)


def write_at_once(account_id: int, read: Mapping[int, WithWords | None]) -> None:
    """Keep the words of emails that are being recorded, in that transaction; None is still to read.

    The mark moves over them where all before them is read. What little is not goes on the list; of
    much the job has more to do than it is worth, and reads these in their turn.
    """
    if not read:
        return
    mark, left = left_before(account_id, min(read))
    if len(left) > MOST_LEFT:
        return
    words = {pk: one for pk, one in read.items() if one}
    rows = [row_at_once(account_id, pk, one) for pk, one in words.items()]
    try:
        with transaction.atomic():
            insert(account_id, rows, {c for one in words.values() for c in one.words.called})
    except (DataError, InternalError):  # What PostgreSQL makes of words stops no mail.
        words = {}
    if left := [*left, *(pk for pk in read if pk not in words)]:
        read_again(account_id, left)
    note_mark(account_id, mark, max(read))


def left_before(account_id: int, first: int) -> tuple[int, list[int]]:
    """The account's mark, and what was recorded above it and before this one, if it is little."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT_BEFORE, [account_id, first, MOST_LEFT + 1, account_id])
        mark, left = cursor.fetchone()
        return mark, left


def row_at_once(account_id: int, pk: int, email: WithWords) -> bytes:
    """The entry of an email that is being recorded."""
    day = (email.sent_at - EPOCH).days
    vectors = placed(email.words.vectors, account_id, day)
    return entry_row(pk, account_id, email.sent_at, vectors)


def delete_entries(email_ids: Sequence[int]) -> None:
    """Delete what was read of these emails before."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE_ENTRIES, [list(email_ids)])


def insert(account_id: int, rows: Sequence[bytes], called: Iterable[Called]) -> None:
    """Insert entries where none are, and who is called how."""
    people = [list(column) for column in zip(*called, strict=True)] or [[], [], []]
    with values_beside() as cursor:
        if rows:
            with cursor.copy(WRITE_ENTRIES) as copy:
                copy.write(whole(rows))
        cursor.execute(WRITE_CORRESPONDENTS, [account_id, *people])


def wait_for_others(account_id: int) -> None:
    """Who reads the same mail has written it before, or does afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [account_id])


def still_there(email_ids: Sequence[int]) -> list[tuple[int, datetime]]:
    """Those of these emails that were not deleted, and will not be before this is committed."""
    with connection.cursor() as cursor:
        cursor.execute(STILL_THERE, [list(email_ids)])
        found: list[tuple[int, datetime]] = cursor.fetchall()
        return found


def stands(account_id: int) -> bool:
    """Whether the account was not deactivated, and will not be before this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(STANDS, [account_id, Activation.DEACTIVATED])
        return cursor.fetchone() is not None


def note_mark(account_id: int, mark: int, next_mark: int) -> None:
    """Move the mark on, unless somebody had all read again meanwhile."""
    if next_mark == mark:
        return
    with connection.cursor() as cursor:
        cursor.execute(NOTE_MARK, [account_id, next_mark, account_id, mark])


def called_on(batch: Batch, email_ids: Iterable[int]) -> set[Called]:
    """How everybody on these emails of a batch is called there."""
    named = (one for pk in email_ids for one in batch.people[pk])
    return {called_there(one.name, one.canonical) for one in named if one.canonical}
