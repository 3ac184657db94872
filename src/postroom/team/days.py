"""Days as the organisation counts them, and on which of them a user was here last."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.db import connection

from postroom.team.models import Organisation, User

ZONES = frozenset(available_timezones())
# PostgreSQL names the day itself, in one question: this is asked at every page.
THE_DAY = "(%s AT TIME ZONE coalesce((SELECT time_zone FROM team_organisation), 'UTC'))::date"
NOTE_ACTIVE = f"""
UPDATE team_user SET active_on = today
  FROM (SELECT {THE_DAY} AS today) AS clock
 WHERE id = %s AND (active_on IS NULL OR active_on < today)
"""  # noqa: S608 - words of our own


def local_day(now: datetime, zone: str = "") -> date:
    """The organisation's day at this moment: it ends at its midnight, whatever its clocks do."""
    name = zone or Organisation.get().time_zone
    return now.astimezone(ZoneInfo(name if name in ZONES else "UTC")).date()


def note_active(user: User, now: datetime) -> None:
    """The user did something here; written once a day, and never back."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_ACTIVE, [now, user.pk])
