"""Killed at any commit, the Cleanup Policy goes on the next hour; its end is the same."""

from contextlib import suppress
from itertools import count
from threading import Thread

import pytest
from django.db import ProgrammingError, connection
from django.db.models import Max

from cast import NOON, account_of, user
from cleanup.days import at, deliver
from cleanup.full_mailboxes import bring, letters
from postroom.accounts.models import Activation, Deletion, EmailAccount
from postroom.archive.models import Email
from postroom.association import own_emails
from postroom.cleanup.models import Case
from postroom.engine.cleaning import clean_up
from postroom.outbox.models import Notice
from postroom.team.models import AuditEntry, User
from torture.kill_points import Killed, Points, database_wrapped

EMAILS = 3
DAYS = (32, 43, 45, 46, 76)
FEWEST_POINTS = 20


def died(day: int, fatal: int) -> bool:
    """Look on a day, and be killed at a point on the way; returns whether there was one."""
    points = Points(fatal)

    def go() -> None:
        with suppress(Killed, ProgrammingError):
            clean_up(at(day))
        connection.close()

    with database_wrapped(points):
        thread = Thread(target=go)
        thread.start()
        thread.join()
    return points.has_struck


def end_of(account: EmailAccount, before: int) -> tuple[object, ...]:
    """What is left when all is over."""
    written = Notice.objects.values_list("recipient", "subject", "text", "html")
    acts = AuditEntry.objects.filter(pk__gt=before).order_by("pk").values_list("act", "detail")
    deletion = Deletion.objects.get(account=account)
    facts = (deletion.begins_on, deletion.asked_at, User.objects.get().salesinbox_on)
    return (sorted(written), list(acts), facts, Case.objects.count())


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_commit_every_step_is_taken_once() -> None:
    alice = user("Alice")
    ends, struck = [], 0
    for fatal in count(1):
        before = AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0
        account = account_of(alice)
        EmailAccount.objects.update(connected_at=NOON)
        bring(account, letters(EMAILS, account.address))
        was_killed = False
        for day in DAYS:
            died_today = died(day, fatal)
            struck, was_killed = struck + died_today, died_today or was_killed
            clean_up(at(day))
            deliver(at(day))
            account.refresh_from_db()
            is_hidden = account.activation == Activation.DEACTIVATED
            assert is_hidden == (day >= 46)
            assert own_emails(alice).count() == (0 if is_hidden else EMAILS)
            assert Email.objects.count() == EMAILS, "nothing half-deleted"
        ends.append(end_of(account, before))
        Notice.objects.all().delete()
        account.delete()
        User.objects.update(salesinbox_on=True)
        if not was_killed:
            break
    print(f"{struck} points")
    assert struck >= FEWEST_POINTS
    assert all(end == ends[0] for end in ends)
