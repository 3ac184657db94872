"""The space of deleted mail: used again at once, and on request no byte of it is left.

A deleted row's bytes lie in its page until something is written over them. PostgreSQL's autovacuum
sees to that some day; we do when a deletion ends, and have the statistics, which quote values, made
anew. PostgreSQL: 24.1.2 Recovering Disk Space.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import OperationalError, connection
from psycopg import sql
from psycopg.errors import LockNotAvailable

ROOMS = ("archive", "outbox", "rules", "webhooks")
# A page of an index that a VACUUM finds empty is free for the one after it, once a transaction has
# begun since and none is left from before. PostgreSQL: nbtree/README, Placing deleted pages in the
# FSM. An autovacuum that began before the last bite gives way to ours.
REUSE = (sql.SQL("VACUUM (ANALYZE) {}"), sql.SQL("VACUUM {}"))
# Another VACUUM of the table, such as one that PostgreSQL does not interrupt, may take hours;
# it takes back most of the space, and autovacuum the rest.
PATIENCE = "10s"
BE_PATIENT = "SELECT set_config('lock_timeout', %s, false)"
BEGIN_ONE = "SELECT pg_current_xact_id()"
WRITE_ANEW = sql.SQL("VACUUM (FULL, ANALYZE) {}")
STATISTICS = "pg_catalog.pg_statistic"
# ANALYZE leaves those of an empty table as they were. PostgreSQL 18 has a word to forget them.
FORGETS = 180_000
FORGET = """
SELECT pg_clear_attribute_stats(schemaname::text, tablename::text, attname::text, inherited)
  FROM pg_stats WHERE schemaname = 'public' AND tablename = %s
"""


def tables_of_mail() -> Iterator[str]:
    """Every table that has something of an email."""
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models(include_auto_created=True):
            if model._meta.managed:
                yield model._meta.db_table


def use_again() -> None:
    """Let what is recorded next lie where the deleted mail lay; nobody waits for it."""
    with connection.cursor() as cursor:
        for vacuum in REUSE:
            for table in tables_of_mail():
                vacuum_unless_another_does(vacuum.format(sql.Identifier(table)))
            cursor.execute(BEGIN_ONE)
    for table in tables_of_mail():
        forget_statistics_if_empty(table)


def vacuum_unless_another_does(command: sql.Composed) -> None:
    """Wait for another one a moment, not to its end."""
    with connection.cursor() as cursor:
        cursor.execute(BE_PATIENT, [PATIENCE])
        try:
            cursor.execute(command)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
        finally:
            cursor.execute("RESET lock_timeout")


def write_anew() -> Iterator[str]:
    """Write each table of mail anew, without what was deleted; who reads it waits meanwhile.

    Yields the name of each that is done.
    """
    with connection.cursor() as cursor:
        for table in tables_of_mail():
            cursor.execute(WRITE_ANEW.format(sql.Identifier(table)))
            forget_statistics_if_empty(table)
            yield table
        cursor.execute(f"VACUUM (FULL) {STATISTICS}")
    yield STATISTICS


def forget_statistics_if_empty(table: str) -> None:
    """What the planner knows of values that are nowhere any more."""
    with connection.cursor() as cursor:
        empty = sql.SQL("SELECT NOT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table))
        cursor.execute(empty)
        is_empty = cursor.fetchone()[0]
        if is_empty and connection.connection.info.server_version >= FORGETS:
            cursor.execute(FORGET, [table])
