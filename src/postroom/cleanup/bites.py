"""What is deleted, in this order: bites of a bounded number of rows, each by a few statements.

Set by set and not object by object: a mailbox of 100,000 emails has half a million rows. Ids and
digests stay PostgreSQL's text on their way through here: nobody reads them.
"""

from collections.abc import Callable, Sequence

from django.db import connection
from django.db.models import SET_NULL, ForeignObjectRel

from postroom.archive import beside
from postroom.archive.models import Email
from postroom.cleanup.unchecked import unchecked

MOST_EMAILS = 1_000  # With all that hangs on them, a tenth of a second or less.
MOST_ROWS = 10_000

SOME_EMAILS = """
SELECT count(*), array_agg(id)::text, array_agg(raw_id) FILTER (WHERE raw_id IS NOT NULL)::text
  FROM (SELECT id, raw_id FROM archive_email WHERE account_id = %s ORDER BY id LIMIT %s) AS bite
"""
# The emails first: nobody can hang anything on them any more, so what is deleted after is all.
OF_EMAILS = (
    "DELETE FROM archive_email WHERE id = ANY(%s::bigint[])",
    "DELETE FROM archive_participant WHERE email_id = ANY(%s::bigint[])",
    "DELETE FROM archive_servercopy WHERE email_id = ANY(%s::bigint[])",
    "DELETE FROM archive_action WHERE email_id = ANY(%s::bigint[])",
    "DELETE FROM archive_searchentry WHERE email_id = ANY(%s::bigint[])",
    "DELETE FROM archive_labelling WHERE email_id = ANY(%s::bigint[])",
    "DELETE FROM archive_triage WHERE email_id = ANY(%s::bigint[])",
    "DELETE FROM archive_responsewatch WHERE email_id = ANY(%s::bigint[])",
    "DELETE FROM archive_assignment WHERE email_id = ANY(%s::bigint[])",
    "DELETE FROM archive_teamentry WHERE email_id = ANY(%s::bigint[])",
)
HANGING = "SELECT {key} FROM {table} WHERE {column} = ANY(%s::bigint[])"

SOME_SET_ASIDE = """
DELETE FROM archive_quarantine WHERE id IN (
       SELECT entry.id FROM archive_quarantine AS entry
         JOIN archive_folder AS folder ON folder.id = entry.folder_id
        WHERE folder.account_id = %s LIMIT %s)
RETURNING raw_id
"""

# A statement cannot see what another transaction commits while it waits for a row of it. So the
# rows are locked first; whoever stores the same message for another account waits, or is waited
# for, and a second statement sees what came of it.
LOCK_RAW = """
SELECT count(*) FROM (SELECT FROM archive_rawmessage WHERE digest = ANY(%s::bytea[])
                       ORDER BY digest FOR UPDATE) AS locked
"""
UNUSED_RAW = """
WITH gone AS (
     DELETE FROM archive_rawmessage AS raw WHERE digest = ANY(%s::bytea[])
        AND NOT EXISTS (SELECT 1 FROM archive_email WHERE raw_id = raw.digest)
        AND NOT EXISTS (SELECT 1 FROM archive_quarantine WHERE raw_id = raw.digest)
     RETURNING digest, compressed IS NULL AS is_beside)
SELECT digest FROM gone WHERE is_beside
"""

OF_THE_REST = (
    """
    DELETE FROM archive_servercopy WHERE (folder_id, uidvalidity, uid) IN (
           SELECT folder_id, uidvalidity, uid FROM archive_servercopy
            WHERE folder_id IN (SELECT id FROM archive_folder WHERE account_id = %s) LIMIT %s)
    """,
    """
    DELETE FROM archive_proofentry WHERE id IN (
           SELECT id FROM archive_proofentry
            WHERE folder_id IN (SELECT id FROM archive_folder WHERE account_id = %s) LIMIT %s)
    """,
    """
    DELETE FROM archive_inquiry WHERE (account_id, canonical) IN (
           SELECT account_id, canonical FROM archive_inquiry WHERE account_id = %s LIMIT %s)
    """,
    *(
        f"DELETE FROM {table} WHERE id IN"  # noqa: S608 - names of our own
        f" (SELECT id FROM {table} WHERE account_id = %s LIMIT %s)"
        for table in (
            "archive_comparison",
            "archive_syncrun",
            "archive_searchdue",
            "archive_correspondent",
            "archive_mutedthread",
            "archive_label",
            "archive_presence",
        )
    ),
)


def take_emails(account_id: int) -> int:
    """Some emails with all that hangs on them; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(SOME_EMAILS, [account_id, MOST_EMAILS])
        count, ids, digests = cursor.fetchone()
        if not count:
            return 0
        with unchecked():
            for statement in OF_EMAILS:
                cursor.execute(statement, [ids])
            forget_named(digests)
    let_go(ids)
    return int(count)


def let_go(ids: str) -> None:
    """What other rooms hang on these emails goes too, or forgets them, as its model says.

    PostgreSQL would refuse the bite for one such row, whichever room it is of.
    """
    for relation in from_other_rooms():
        rows = relation.related_model._base_manager.filter(pk__in=hanging(relation, ids))
        if relation.on_delete is SET_NULL:
            rows.update(**{relation.field.name: None})
        else:
            rows.delete()


def hanging(relation: ForeignObjectRel, ids: str) -> list[object]:
    """The keys of the rows that hang on these emails: few, or none."""
    meta = relation.related_model._meta
    names = {"table": meta.db_table, "key": meta.pk.column, "column": relation.field.column}
    with connection.cursor() as cursor:
        cursor.execute(HANGING.format(**names), [ids])
        return [key for (key,) in cursor.fetchall()]


def from_other_rooms() -> list[ForeignObjectRel]:
    """Every reference to an email from outside the archive."""
    found = Email._meta.get_fields(include_hidden=True)
    relations = [each for each in found if isinstance(each, ForeignObjectRel)]
    return [each for each in relations if each.related_model._meta.app_label != "archive"]


def take_set_aside(account_id: int) -> int:
    """Some of the quarantine, with its bytes."""
    with connection.cursor() as cursor:
        cursor.execute(SOME_SET_ASIDE, [account_id, MOST_EMAILS])
        rows = cursor.fetchall()
    forget_raw([raw for (raw,) in rows])
    return len(rows)


def forget_raw(digests: Sequence[bytes | None]) -> None:
    """Delete the bytes of these messages that nobody else has."""
    known = [bytes(digest).hex() for digest in digests if digest is not None]
    if known:
        forget_named("{" + ",".join(f'"\\\\x{digest}"' for digest in known) + "}")


def forget_named(digests: str | None) -> None:
    """The same for digests as PostgreSQL writes an array of them.

    What lies beside the database goes before the commit: whoever stores the same message waits for
    it at the row, and then writes the bytes again.
    """
    if digests is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(LOCK_RAW, [digests])
        cursor.execute(UNUSED_RAW, [digests])
        for (digest,) in cursor.fetchall():
            beside.delete(bytes(digest))


def take_of(statement: str) -> Callable[[int], int]:
    """A bite by one statement."""

    def take(account_id: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, [account_id, MOST_ROWS])
            return int(cursor.rowcount)

    return take


BITES: Sequence[Callable[[int], int]] = (
    take_emails,
    take_set_aside,
    *(take_of(statement) for statement in OF_THE_REST),
)
