"""The database as a backup sees it: its tables, their rows as lines, its sequences."""

from collections.abc import Iterator
from typing import Any, Final

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

# The same text for the same row, whatever a server's or a role's own settings are.
SPEECH: Final = """
SET client_encoding = 'UTF8';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET timezone = 'UTC';
SET extra_float_digits = 1;
SET bytea_output = 'hex';
SET search_path = public;
SET synchronize_seqscans = off;
SET row_security = off;
"""
TABLES: Final = """
SELECT relname, array(
    SELECT attname::text FROM pg_attribute
     WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
     ORDER BY attnum)
  FROM pg_class AS class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
   AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = class.oid AND deptype = 'e')
 ORDER BY relname
"""
SEQUENCES: Final = """
SELECT sequencename, last_value FROM pg_sequences
 WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY 1
"""
ANYTHING: Final = """
SELECT count(*) FROM pg_class AS class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
   AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = class.oid AND deptype = 'e')
"""
EXTENSIONS: Final = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"


def tables_of(connection: Connection) -> dict[str, list[str]]:
    """Every table with its columns, but those that PostgreSQL works out itself."""
    return dict(connection.execute(TABLES).fetchall())


def count_rows(connection: Connection, table: str) -> int:
    """How many rows it has now."""
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))
    return int(only(connection, query))


def lines_of(connection: Connection, table: str, columns: list[str]) -> Iterator[bytes]:
    """A line for each row: a line feed in a value is escaped. PostgreSQL: COPY, Text Format."""
    command = sql.SQL("COPY {} TO STDOUT").format(named(table, columns))
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in copy:
            yield bytes(row)


def named(table: str, columns: list[str]) -> sql.Composed:
    """A table with its columns, as COPY names them; a table may have none."""
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("{} ({})").format(sql.Identifier("public", table), listed)


def sequences_of(connection: Connection) -> dict[str, int]:
    """Where each sequence stands that was used. They run ahead of any snapshot, never behind."""
    return dict(connection.execute(SEQUENCES).fetchall())


def is_empty(connection: Connection) -> bool:
    """Whether there is nothing in it but what extensions bring."""
    return not only(connection, sql.SQL(ANYTHING))


def only(connection: Connection, query: sql.SQL | sql.Composed) -> Any:
    """The one value of an answer."""
    return (connection.execute(query).fetchone() or (None,))[0]
