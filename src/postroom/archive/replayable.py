"""Transactions whose loss costs nothing: what they wrote is on the mail server still.

If PostgreSQL dies, the last fraction of a second of them may be gone, each one whole, never one
without those before it. Ledger and mail go together, so the next pass sees the UIDs as unknown
and brings them again. Not for what people did: that is nowhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def replayable() -> Iterator[None]:
    """A transaction that does not wait for the disk. Use as a block or a decorator."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        yield
