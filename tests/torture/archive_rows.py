"""The mail tables of a scenario: emptied, kept aside, and put back in milliseconds."""

from collections.abc import Sequence

from django.apps import apps
from django.db import connection, transaction

from emptied import ASIDE

ROOMS = ("accounts", "archive", "crm", "outbox")
TABLES = tuple(
    model._meta.db_table
    for room in ROOMS
    for model in apps.get_app_config(room).get_models(include_auto_created=True)
    if model._meta.managed  # What is not is a view.
)


WITH_ROWS = " UNION ALL ".join(
    f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in TABLES
)
KEPT: list[str] = []


def empty() -> None:
    """Forget accounts, people and all mail."""
    run([f"DELETE FROM {table}" for table in with_rows()])


def keep() -> None:
    """Keep the present rows aside, in place of those kept before."""
    KEPT[:] = with_rows()
    run([f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE", f"CREATE SCHEMA {ASIDE}"])
    run([f"CREATE TABLE {ASIDE}.{table} AS TABLE {table}" for table in KEPT])


def put_back() -> None:
    """Replace all rows by those kept aside."""
    insert = [f"INSERT INTO {table} SELECT * FROM {ASIDE}.{table}" for table in KEPT]
    run([*(f"DELETE FROM {table}" for table in with_rows()), *insert])


def with_rows() -> list[str]:
    """The tables that are not empty: there are many, and a scenario needs a dozen."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_ROWS)
        return [table for (table,) in cursor.fetchall()]


@transaction.atomic
def run(statements: Sequence[str]) -> None:
    """Run statements in one transaction; at its end every row finds what it points to."""
    if statements:
        with connection.cursor() as cursor:
            cursor.execute("; ".join(statements))
