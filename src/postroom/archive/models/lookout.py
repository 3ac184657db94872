"""Whoever looks, now and then, at what arrived since it looked last."""

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.db.models import Max

from postroom.archive.models.emails import Email

LATE: Final = timedelta(minutes=10)


class Lookout(models.Model):
    """What was looked at for good: emails up to `seen`; and what came before `since`, for ever.

    Ids are given before transactions commit, so an email may show later than one with a higher
    id. So what arrived within `LATE` is looked at again: the highest id of `seen_at` is
    `seen_next`, and becomes `seen` after that time.
    """

    since = models.DateTimeField()
    seen = models.BigIntegerField()
    seen_next = models.BigIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        abstract = True

    def begin_anew(self, now: datetime) -> None:
        """Look at nothing that is here by now. Not saved."""
        self.since = self.seen_at = now
        self.seen = self.seen_next = newest_email()

    def note_looked(self, newest: int, now: datetime) -> None:
        """All up to `newest`, the highest id there was before it looked, was looked at."""
        if now - self.seen_at >= LATE:
            self.seen, self.seen_next, self.seen_at = self.seen_next, newest, now
            self.save(update_fields=["seen", "seen_next", "seen_at"])


def newest_email() -> int:
    """The highest id there is."""
    return Email.objects.aggregate(newest=Max("pk"))["newest"] or 0
