"""Whether it is written down who reads colleagues' email. Off until an administrator says so."""

from datetime import datetime

from django.db import transaction

from postroom.team.audit import note
from postroom.team.models import Act, Organisation, User


@transaction.atomic
def log_reading(by: User, now: datetime, *, is_logged: bool) -> bool:
    """Switch it on or off, for everyone. False if it was so already."""
    Organisation.get()
    changed = Organisation.objects.filter(logs_reading=not is_logged).update(logs_reading=is_logged)
    if changed:
        state = "is written down" if is_logged else "is not written down"
        note(Act.LOG_CHANGED, by, f"who reads a colleague’s email {state}", now)
    return bool(changed)
