"""What a database holds of the mail, as one value that any two equal states share.

Read by SQL and not through our models. Keys of rows are left out, for they tell the order of
arrival; whatever a person could notice is in.
"""

import hashlib
from collections.abc import Mapping

import psycopg
from psycopg import sql

# Every table's rows as texts that do not depend on primary keys.
STATE: Mapping[str, str] = {
    "emails": """
        SELECT concat_ws('|', a.address, encode(e.identity, 'hex'), e.message_id, e.thread_root,
                         e.subject, e.snippet, e.sent_at AT TIME ZONE 'UTC', e.direction, e.size,
                         e.has_attachments, e.is_read, e.is_flagged, e.is_answered, e.body_state,
                         encode(e.raw_id, 'hex'), e.body_asked_at IS NULL, e.removed_at IS NULL)
          FROM archive_email e JOIN accounts_emailaccount a ON a.id = e.account_id""",
    "participants": """
        SELECT concat_ws('|', encode(e.identity, 'hex'), p.role, p.position, p.name, p.address,
                         p.canonical, p.sent_at AT TIME ZONE 'UTC')
          FROM archive_participant p JOIN archive_email e ON e.id = p.email_id""",
    "places": """
        SELECT concat_ws('|', f.name, c.uidvalidity, c.uid, encode(e.identity, 'hex'), c.is_seen,
                         c.is_flagged, c.is_answered, c.missed_at IS NULL, c.gone_at IS NULL)
          FROM archive_servercopy c JOIN archive_folder f ON f.id = c.folder_id
          LEFT JOIN archive_email e ON e.id = c.email_id""",
    "folders": """
        SELECT concat_ws('|', name, role, is_synced, uidvalidity, uidnext, highestmodseq,
                         server_count, gone_at IS NULL) FROM archive_folder""",
    "raw messages": """
        SELECT concat_ws('|', encode(digest, 'hex'), size, encode(sha256(compressed), 'hex'))
          FROM archive_rawmessage""",
    "quarantined": """
        SELECT concat_ws('|', f.name, q.uidvalidity, q.uid, q.reason)
          FROM archive_quarantine q JOIN archive_folder f ON f.id = q.folder_id""",
}
OURS = ("archive", "accounts", "crm", "team")


def state_of(database_url: str) -> dict[str, tuple[int, str]]:
    """Number of rows and digest of everything in `STATE`; equal for equal mail."""
    with psycopg.connect(database_url) as connection:
        return state_in(connection)


def state_in(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, tuple[int, str]]:
    """The same, for who has a connection."""
    return {name: digest_of(connection, rows) for name, rows in STATE.items()}


def digest_of(connection: psycopg.Connection[tuple[object, ...]], rows: str) -> tuple[int, str]:
    """Number and digest of rows, in an order that depends on their text alone."""
    texts = sorted(str(row[0]) for row in connection.execute(sql.SQL(rows)))
    return len(texts), hashlib.sha256("\n".join(texts).encode()).hexdigest()


def row_versions(database_url: str) -> dict[str, tuple[int, str]]:
    """Number of rows and digest of their versions in every table of ours: any write changes it."""
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND split_part(tablename, '_', 1) = ANY(%s)",
            [list(OURS)],
        ).fetchall()
        return {
            table: digest_of(connection, f"SELECT concat_ws('|', ctid, xmin) FROM \"{table}\"")
            for (table,) in tables
        }
