"""A pause and its end are heard by the engine and by open pages, wherever they were decided."""

import json
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from cast import NOON, account_of, user
from postroom.accounts.lifecycle import Decision, pause, resume
from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.announce import ACCOUNT_CHANGED, WORK_WAITING
from postroom.cleanup.deactivating import deactivate
from postroom.engine.pausing import pause_keeping, resume_keeping


@pytest.mark.django_db(transaction=True)
def test_engine_and_pages_hear_of_a_pause_and_of_its_end(database_url: str) -> None:
    account = account_of(user("Alice"))
    with closing(psycopg.connect(database_url, autocommit=True)) as listener:
        listener.execute(f"LISTEN {ACCOUNT_CHANGED}")
        listener.execute(f"LISTEN {WORK_WAITING}")
        pause_keeping(account, Decision(NOON))
        heard = list(listener.notifies(timeout=5, stop_after=2))
        assert {notify.channel for notify in heard} == {ACCOUNT_CHANGED, WORK_WAITING}
        assert {json.loads(notify.payload)["account"] for notify in heard} == {account.pk}
        resume_keeping(account)
        [told] = listener.notifies(timeout=5, stop_after=1)
    assert told.channel == ACCOUNT_CHANGED
    account.refresh_from_db()
    assert account.activation == Activation.ACTIVE
    assert ProcrastinateJob.objects.filter(args__account_id=account.pk).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("doing", [pause, resume])
def test_who_pauses_or_resumes_late_does_not_bring_a_deactivated_mailbox_back(
    doing: Callable[[EmailAccount], None],
) -> None:
    read_before = account_of(user("Alice"))
    deactivate(EmailAccount.objects.get(), Decision(NOON))
    doing(read_before)
    assert EmailAccount.objects.get().activation == Activation.DEACTIVATED
    other = account_of(user("Bob"))
    doing(other)
    assert other.activation != Activation.DEACTIVATED
