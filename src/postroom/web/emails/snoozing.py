"""Until when one may snooze an email, as people say it."""

from datetime import datetime, time, timedelta

from django.utils import timezone

MORNING = time(8)
CHOICES = (
    ("later", "Later today"),
    ("tomorrow", "Tomorrow morning"),
    ("week", "Next Monday"),
)


def parse_until(text: str, now: datetime) -> datetime:
    """The moment that was chosen, where the reader is. Raises ValueError for one that is over."""
    here = timezone.localtime(now)
    if text == "later":
        return now + timedelta(hours=3)
    if text == "tomorrow":
        return at_morning(here + timedelta(days=1))
    if text == "week":
        return at_morning(here + timedelta(days=7 - here.weekday()))
    moment = timezone.make_aware(datetime.fromisoformat(text).replace(tzinfo=None))
    if moment <= now:
        raise ValueError(text)
    return moment


def at_morning(moment: datetime) -> datetime:
    """Eight o'clock of that day, where the reader is."""
    return timezone.make_aware(datetime.combine(moment.date(), MORNING))
