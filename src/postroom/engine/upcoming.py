"""When accounts are tried next: what the queue says."""

from collections.abc import Collection
from datetime import datetime

from procrastinate.contrib.django.models import ProcrastinateJob

from postroom.engine.starting import LOCK


def next_attempts(account_ids: Collection[int]) -> dict[int, datetime]:
    """Account id to the next attempt, of those that wait for one."""
    names = {LOCK.format(pk): pk for pk in account_ids}
    waiting = ProcrastinateJob.objects.filter(
        queueing_lock__in=names, status="todo", scheduled_at__isnull=False
    )
    return {names[lock]: at for lock, at in waiting.values_list("queueing_lock", "scheduled_at")}
