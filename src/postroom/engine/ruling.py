"""The job of the rules: every ten seconds, one at a time for all engines."""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from postroom.rules.meeting import meet_all
from postroom.rules.telling import tell_owners
from postroom.sync.database import in_database


@app.periodic(cron="* * * * * */10")
@app.task(name="postroom.meet_rules", queue="post", queueing_lock="rules", lock="rules")
async def meet_rules(timestamp: int) -> None:
    """Let the rules meet what arrived, and tell those who want to be told."""
    await in_database(rules_met, timezone.now())


def rules_met(now: datetime) -> None:
    """Both, so that what was met is told."""
    meet_all(now)
    tell_owners(now)
