"""Look through every text of the database for a name: what stays is said, and not overlooked."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from django.db import connection
from psycopg import sql

from postroom.archive.wall import round_the_wall

COLUMNS: Final = """
SELECT relname, attname
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
   AND atttypid::regtype::text IN ('text', 'character varying', 'text[]', 'character varying[]',
                                   'json', 'jsonb', 'tsvector')
 ORDER BY 1, attnum
"""
COUNT: Final = "SELECT count(*) FROM {table} WHERE {column}::text ILIKE ANY(%s)"


class Left(NamedTuple):
    """So many rows of a column have it."""

    table: str
    column: str
    rows: int


@round_the_wall()
def left_of(words: Sequence[str]) -> list[Left]:
    """Where any of these words still stands. Bytes of messages are not looked into."""
    return list(found(words)) if words else []


def found(words: Sequence[str]) -> Iterator[Left]:
    """Column by column."""
    patterns = [f"%{escaped(word)}%" for word in words]
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column in cursor.fetchall():
            names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
            cursor.execute(sql.SQL(COUNT).format(**names), [patterns])
            if rows := int(cursor.fetchone()[0]):
                yield Left(table, column, rows)


def escaped(word: str) -> str:
    """The word itself, as a pattern of LIKE."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
