"""Write words that were read, and note how far it is: one transaction, the same twice as once."""

from collections.abc import Sequence

from django.db import connection

from postroom.accounts.models import Activation
from postroom.archive.models import Participant, SearchDue, SearchMark
from postroom.archive.replayable import replayable
from postroom.archive.search import Batch
from postroom.archive.search_entry import Vectors
from postroom.mime.words import fold

LONGEST_NAME = 120

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
    columns = [list(column) for column in zip(*vectors, strict=True)] or [[], [], [], []]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_ENTRIES, [ids, *columns])
        cursor.execute(WRITE_CORRESPONDENTS, [batch.account_id, *correspondents_on(ids)])
    SearchDue.objects.filter(pk__in=batch.due).delete()
    note_mark(batch)


def stands(account_id: int) -> bool:
    """Whether the account was not deactivated, and will not be before this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(STANDS, [account_id, Activation.DEACTIVATED])
        return cursor.fetchone() is not None


def note_mark(batch: Batch) -> None:
    """Move the mark on, unless somebody had all read again meanwhile."""
    if batch.next_mark == batch.mark:
        return
    SearchMark.objects.get_or_create(account_id=batch.account_id)
    marks = SearchMark.objects.filter(account=batch.account_id, email_id=batch.mark)
    marks.update(email_id=batch.next_mark)


def correspondents_on(email_ids: list[int]) -> tuple[list[str], list[str], list[str]]:
    """Address, name and folded words of everybody on these emails, once each."""
    rows = Participant.objects.filter(email__in=email_ids).exclude(canonical="")
    named = {(c, name[:LONGEST_NAME].strip()) for c, name in rows.values_list("canonical", "name")}
    words = {(c, fold(f"{name} {c}").strip()): name for c, name in named}
    return [c for c, _ in words], list(words.values()), [said for _, said in words]
