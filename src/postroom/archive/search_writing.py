"""Write words that were read, and note how far it is: one transaction, the same twice as once."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import DataError, connection, transaction

from postroom.accounts.models import Activation
from postroom.archive.models import Email, Participant, SearchDue, SearchMark
from postroom.archive.replayable import replayable
from postroom.archive.search import Batch, mark_of, read_again
from postroom.archive.search_entry import Called, Vectors, Words, called_there

MOST_LEFT = 1_000

# An email that is deleted meanwhile is left out, or takes its entry along: the key of the entry's
# email holds its row until this is committed.
WRITE_ENTRIES = """
INSERT INTO archive_searchentry AS entry
       (email_id, account_id, sent_at, people, subject, everything, text)
SELECT email.id, email.account_id, email.sent_at, new.people::tsvector, new.subject::tsvector,
       new.everything::tsvector, new.text
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
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
  FROM unnest(%s::text[], %s::text[], %s::text[]) AS new(canonical, name, words)
 ORDER BY new.canonical, new.words
    ON CONFLICT DO NOTHING
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
    mark = mark_of(account_id)
    left = unread_between(account_id, mark, min(read))
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


def unread_between(account_id: int, mark: int, first: int) -> list[int]:
    """What was recorded above the mark and before this one, as far as it is little."""
    between = Email.objects.filter(account=account_id, pk__gt=mark, pk__lt=first).order_by("pk")
    return list(between.values_list("pk", flat=True)[: MOST_LEFT + 1])


def insert(account_id: int, vectors: Mapping[int, Vectors], called: Iterable[Called]) -> None:
    """Insert words by the id of their email, and who is called how."""
    columns = [list(column) for column in zip(*vectors.values(), strict=True)] or [[], [], [], []]
    people = [list(column) for column in zip(*called, strict=True)] or [[], [], []]
    with connection.cursor() as cursor:
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
    SearchMark.objects.get_or_create(account_id=account_id)
    SearchMark.objects.filter(account=account_id, email_id=mark).update(email_id=next_mark)


def called_on(email_ids: list[int]) -> set[Called]:
    """How everybody on these emails is called there."""
    rows = Participant.objects.filter(email__in=email_ids).exclude(canonical="")
    return {called_there(*one) for one in rows.values_list("name", "canonical")}
