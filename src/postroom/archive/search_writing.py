"""Write words that were read, and note how far it is: one transaction, the same twice as once."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import DataError, connection, transaction

from postroom.accounts.models import Activation
from postroom.archive.beside_the_statement import values_beside
from postroom.archive.models import Participant, SearchDue
from postroom.archive.replayable import replayable
from postroom.archive.search import Batch, read_again
from postroom.archive.search_entry import Called, Vectors, Words, called_there

MOST_LEFT = 5_000  # As many as known people have of a large mailbox: they come without their words.

# An email that is deleted meanwhile is left out, or takes its entry along: the key of the entry's
# email holds its row until this is committed.
WRITE_ENTRIES = """
INSERT INTO archive_searchentry AS entry
       (email_id, account_id, sent_at, people, subject, everything, text)
SELECT email.id, email.account_id, email.sent_at, new.people::tsvector, new.subject::tsvector,
       new.everything::tsvector, new.text
  FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[])
       AS new(id, people, subject, everything, text)
  JOIN archive_email AS email ON email.id = new.id
 ORDER BY email.id
    ON CONFLICT (email_id) DO UPDATE
   SET sent_at = excluded.sent_at, people = excluded.people, subject = excluded.subject,
       everything = excluded.everything, text = excluded.text
 WHERE (entry.sent_at, entry.everything, entry.text)
       IS DISTINCT FROM (excluded.sent_at, excluded.everything, excluded.text)
"""

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


@replayable()
def write_entries(batch: Batch, vectors: Sequence[Vectors]) -> None:
    """Keep the words of a batch, who is on it, and how far it is; nothing of a closed account.

    Not under the account's lock, for which its recorder would have to wait: whoever deactivates
    the account waits for its row.
    """
    if not stands(batch.account_id):
        return
    ids = [email.pk for email in batch.emails]
    insert(batch.account_id, dict(zip(ids, vectors, strict=True)), called_on(ids))
    SearchDue.objects.filter(pk__in=batch.due).delete()
    note_mark(batch.account_id, batch.mark, batch.next_mark)


def write_at_once(account_id: int, read: Mapping[int, Words | None]) -> None:
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
    vectors = {pk: one.vectors for pk, one in words.items()}
    try:
        with transaction.atomic():
            insert(account_id, vectors, {called for one in words.values() for called in one.called})
    except DataError:  # What PostgreSQL makes of words stops no mail.
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


def insert(account_id: int, vectors: Mapping[int, Vectors], called: Iterable[Called]) -> None:
    """Insert words by the id of their email, and who is called how."""
    columns = [list(column) for column in zip(*vectors.values(), strict=True)] or [[], [], [], []]
    people = [list(column) for column in zip(*called, strict=True)] or [[], [], []]
    with values_beside() as cursor:
        cursor.execute(WRITE_ENTRIES, [list(vectors), *columns])
        cursor.execute(WRITE_CORRESPONDENTS, [account_id, *people])


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


def called_on(email_ids: list[int]) -> set[Called]:
    """How everybody on these emails is called there."""
    rows = Participant.objects.filter(email__in=email_ids).exclude(canonical="")
    return {called_there(*one) for one in rows.values_list("name", "canonical")}
