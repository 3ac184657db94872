"""Killed at any commit, a deactivation is not begun or goes on; its end is the same."""

from contextlib import suppress
from itertools import count
from threading import Thread

import pytest
from django.db import ProgrammingError, connection

from cast import NOON, account_of, person, shared, user
from cleanup.full_mailboxes import CANARY, bring, fill, letters
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import Activation, EmailAccount, Sharing
from postroom.archive.models import Email
from postroom.association import visible_to
from postroom.cleanup import bites
from postroom.cleanup.deleting import delete_next
from postroom.engine.leaving import end_keeping
from sync.state_hash import state_of
from torture.kill_points import Killed, Points, database_wrapped

EMAILS = 12
FEWEST_POINTS = 14


def leave(account: EmailAccount) -> None:
    """Deactivate, and delete to the end."""
    end_keeping(account, Decision(NOON, account.owner))
    while delete_next(account.pk, NOON):
        pass


def died(account: EmailAccount, fatal: int) -> bool:
    """Leave, and be killed at a point on the way; returns whether there was such a point.

    In a thread of its own, for what it leaves of its connection is nobody's.
    """
    points = Points(fatal)

    def go() -> None:
        with suppress(Killed, ProgrammingError):  # The second: Django cannot tidy up any more.
            leave(account)
        connection.close()

    with database_wrapped(points):
        thread = Thread(target=go)
        thread.start()
        thread.join()
    return points.has_struck


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_commit_it_ends_the_same(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bites, "MOST_EMAILS", 5)
    bobs = account_of(user("Bob"), Sharing.PUBLIC)
    bring(bobs, letters(3, "alice@example.com"))
    alice = user("Alice")
    lena = person("Lena Lead", f"{CANARY}.1@customer.example")
    ends = []
    for fatal in count(1):
        account = account_of(alice, Sharing.CUSTOM)
        shared(account, lena)
        fill(account, EMAILS)
        if not died(account, fatal):
            break
        account.refresh_from_db()
        own = Email.objects.filter(account=account)
        is_gone = account.activation == Activation.DEACTIVATED
        assert visible_to(alice).filter(account=account).count() == (0 if is_gone else EMAILS)
        assert is_gone or own.count() == EMAILS, "half-deleted and shown"
        leave(account)
        assert not own.exists()
        assert account.shares.count() == 1
        ends.append(state_of(database_url))
        account.delete()
    print(f"{len(ends)} points")
    assert len(ends) >= FEWEST_POINTS
    assert all(end == ends[0] for end in ends)
