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


def empty() -> None:
    """Forget accounts, people and all mail."""
    run([f"DELETE FROM {table}" for table in TABLES])


def keep() -> None:
    """Keep the present rows aside, in place of those kept before."""
    run([f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE", f"CREATE SCHEMA {ASIDE}"])
    run([f"CREATE TABLE {ASIDE}.{table} AS TABLE {table}" for table in TABLES])


def put_back() -> None:
    """Replace all rows by those kept aside."""
    insert = [f"INSERT INTO {table} SELECT * FROM {ASIDE}.{table}" for table in TABLES]
    run([*(f"DELETE FROM {table}" for table in TABLES), *insert])


@transaction.atomic
def run(statements: Sequence[str]) -> None:
    """Run statements in one transaction; at its end every row finds what it points to."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements))
