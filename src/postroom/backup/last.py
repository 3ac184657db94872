"""When the last backup was made, by the audit log's word."""

from datetime import datetime, timedelta
from typing import Final

from postroom.team.models import Act, AuditEntry, User

MOST_DAYS: Final = 31
HOW: Final = "Run: postroom backup FILE"


def last_backup() -> datetime | None:
    """The moment it was made, if there was one."""
    return AuditEntry.objects.filter(act=Act.BACKED_UP).values_list("at", flat=True).first()


def overdue(now: datetime) -> str:
    """A sentence when a month went by without one; empty while all is well."""
    made = last_backup()
    since = made or User.objects.order_by("joined_at").values_list("joined_at", flat=True).first()
    if since is None or now - since < timedelta(days=MOST_DAYS):
        return ""
    days = (now - since).days
    if made is None:
        return f"There are {days} days of work here and no backup. {HOW}"
    return f"The last backup is {days} days old. {HOW}"
