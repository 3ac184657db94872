"""Many or large values for one statement, sent beside it and in binary.

Django writes parameters into the statement: of text every quotation mark is looked for here, and
all of it is read once more there.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import Cursor


@contextmanager
def values_beside() -> Iterator[Cursor]:
    """A cursor that sends them so, if a placeholder is `%b`; raises what Django raises."""
    connection.ensure_connection()
    refused = connection.wrap_database_errors
    with refused, Cursor(connection.connection) as cursor:
        yield cursor
