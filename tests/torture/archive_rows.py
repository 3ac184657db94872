"""The mail tables of a scenario: emptied, kept aside, and put back in milliseconds."""

from collections.abc import Sequence

from django.db import connection, transaction

# Each table before those it points to.
TABLES = (
    "outbox_notice",
    "archive_action",
    "archive_syncrun",
    "archive_comparison",
    "archive_proofentry",
    "archive_quarantine",
    "archive_servercopy",
    "archive_participant",
    "archive_email",
    "archive_rawmessage",
    "archive_folder",
    "accounts_credential",
    "accounts_emailaccount",
    "crm_personaddress",
    "crm_person",
)
KEPT = "kept"


def empty() -> None:
    """Forget accounts, people and all mail."""
    run([f"DELETE FROM {table}" for table in TABLES])


def keep() -> None:
    """Keep the present rows aside, in place of those kept before."""
    run([f"DROP SCHEMA IF EXISTS {KEPT} CASCADE", f"CREATE SCHEMA {KEPT}"])
    run([f"CREATE TABLE {KEPT}.{table} AS TABLE {table}" for table in TABLES])


def put_back() -> None:
    """Replace all rows by those kept aside."""
    insert = [f"INSERT INTO {table} SELECT * FROM {KEPT}.{table}" for table in reversed(TABLES)]
    run([*(f"DELETE FROM {table}" for table in TABLES), *insert])


@transaction.atomic
def run(statements: Sequence[str]) -> None:
    """Run statements in one transaction."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements))
