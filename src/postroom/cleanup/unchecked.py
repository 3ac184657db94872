"""Delete without a look for children at every row, where whoever deletes sees to them itself.

PostgreSQL asks each foreign key for each row that goes, which was two thirds of a deletion. In a
block of this those looks are left out, for this transaction alone and if the role may: GRANT SET ON
PARAMETER session_replication_role. The embedded PostgreSQL grants it; where it is not granted every
row is asked about, and the same is deleted. PostgreSQL: 19.11 Client Connection Defaults.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

MAY = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
LEAVE_OUT = "SET LOCAL session_replication_role = replica"
LOOK_AGAIN = "SET LOCAL session_replication_role = origin"


@contextmanager
def unchecked() -> Iterator[None]:
    """Inside a transaction. The caller deletes the parents first and then every kind of child.

    A parent's row is locked once it is deleted, and foreign keys of other sessions are looked at as
    ever: nobody hangs a new child on it, and none that was hung before is missed.
    """
    with connection.cursor() as cursor:
        cursor.execute(MAY)
        if not cursor.fetchone()[0]:
            yield
            return
        cursor.execute(LEAVE_OUT)
        yield
        cursor.execute(LOOK_AGAIN)
