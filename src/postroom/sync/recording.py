"""Record what came, so that one message the database refuses does not stop the others."""

from collections.abc import Sequence

from django.db import DataError, IntegrityError

from postroom.archive.arrivals import Arrival
from postroom.archive.models import Folder
from postroom.archive.quarantine import quarantine
from postroom.archive.record import record


def record_each(
    folder: Folder, arrivals: Sequence[Arrival], only: set[str] | None
) -> dict[int, int]:
    """Record a window; if the database refuses it, find the one message that it refuses.

    Returns UID to id of the new emails. Design §5, invariant 6.
    """
    try:
        return record(folder, folder.uidvalidity, arrivals, only=only)
    except (DataError, IntegrityError) as error:
        if len(arrivals) == 1:
            reason = f"The database refused it: {type(error).__name__}."
            quarantine(folder, arrivals[0].uid, reason, arrivals[0].received_at, None)
            return {}
    middle = len(arrivals) // 2
    return {
        **record_each(folder, arrivals[:middle], only),
        **record_each(folder, arrivals[middle:], only),
    }
