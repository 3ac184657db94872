"""Faults, kills and double posts make no second mail, and lose none without a word.

`TEST_LONG=1` sends 10,000 in four parts, which workers share, and posts 1,000 twice at once.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from unittest import mock
from uuid import UUID, uuid4

import pytest
from django.db import connection

from cast import NOON, received
from outbox.outgoing import DUE, LENA, attempt, sent_by
from postroom.accounts.models import EmailAccount
from postroom.outbox import handing_over
from postroom.outbox.drafts import (
    Written,
    keep,
    senders_of,
)
from postroom.outbox.handing_over import send_outgoing
from postroom.outbox.holding import send
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.outgoing import (
    meet_interrupted,
    reconcile,
    unsettled_of,
)
from servers.moody import FINE, MOODS, Moody

LONG = os.environ.get("TEST_LONG") == "1"
SENDS, PARTS = (10_000, 4) if LONG else (200, 1)


class Killed(BaseException):
    """As if the process ended here."""


POINTS = ("hand_over", "note_taken", "note_outcome")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.timeout(3600 if LONG else 300)
def test_faults_and_kills_make_no_duplicate_and_no_silent_loss(
    part: int, moods: list[str], server: Moody, account: EmailAccount
) -> None:
    number = SENDS // PARTS
    drawn = random.Random(1 + part)
    faults = [m for m in MOODS if m not in FINE]
    now, kills = NOON, 0
    for n in range(number):
        now += timedelta(minutes=5)
        outgoing = sent_by(account, now, subject=str(n))
        for _ in range(6):
            now += timedelta(minutes=2)
            moods[:] = [drawn.choice(faults)] if drawn.random() < 0.3 else []
            if drawn.random() < 0.2:
                kills += 1
                died = mock.patch.object(handing_over, drawn.choice(POINTS), side_effect=Killed)
                with suppress(Killed), died:
                    send_outgoing(outgoing.pk, lambda: now)  # noqa: B023
            else:
                send_outgoing(outgoing.pk, lambda: now)  # noqa: B023
            now += timedelta(minutes=1)
            meet_interrupted([], now)
            outgoing.refresh_from_db()
            if outgoing.state != OutgoingState.QUEUED:
                break
    rows = list(OutgoingEmail.objects.values_list("message_id", "state", "reason"))
    states = Counter(state for _, state, _ in rows)
    print(f"{number} sends, {kills} kills, {dict(states)}, {sum(server.taken.values())} taken")
    assert len(rows) == number
    assert kills > number / 10
    assert max(server.taken.values()) == 1
    assert states.keys() <= {"sent", "unknown", "refused", "queued"}
    assert all(server.taken[pk] for pk, state, _ in rows if state == "sent")
    assert not any(server.taken[pk] for pk, state, _ in rows if state in ("refused", "queued"))
    assert all(reason for _, state, reason in rows if state != "sent")


DYING = """
import os, signal, sys
from datetime import datetime
from postroom.cli.bootstrap import set_up_django
set_up_django()
from postroom.archive.models import Email
from postroom.archive.record import record
from postroom.outbox import handing_over
from postroom.outbox.bounces import meet_reports
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
handing_over.note_taken = die
handing_over.send_outgoing(int(sys.argv[1]), lambda: datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.django_db(transaction=True)
def test_killed_between_the_servers_word_and_our_note_it_is_unknown_until_sent_shows_it(
    database_url: str, server: Moody, account: EmailAccount
) -> None:
    outgoing = sent_by(account)
    command = [sys.executable, "-c", DYING, str(outgoing.pk), DUE.isoformat()]
    environment = os.environ | {"DATABASE_URL": database_url}
    died = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr
    later = DUE + timedelta(minutes=1)
    assert attempt(outgoing, later).state == OutgoingState.SENDING
    assert meet_interrupted([outgoing.pk], later) == 0
    assert meet_interrupted([], later) == 1
    assert attempt(outgoing, later).state == OutgoingState.UNKNOWN
    received(account, bytes(outgoing.raw or b""), "Sent")
    assert reconcile(later) == 1
    assert list(server.taken.values()) == [1]
    assert not unsettled_of(account.owner)


@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.django_db(transaction=True)
def test_what_is_posted_twice_at_once_is_one_mail(server: Moody, account: EmailAccount) -> None:
    number = 1_000 if LONG else 50
    owner = account.owner
    sender = senders_of(owner)[0]
    keys = [uuid4() for _ in range(number)]

    def post(key: UUID) -> None:
        try:
            keep(owner, key, Written(sender, to=LENA, subject=str(key)), (), NOON)
            send(owner, key, NOON)
            send_outgoing(OutgoingEmail.objects.get(key=key).pk, lambda: DUE)
        finally:
            connection.close()

    most = {"MOST_A_MINUTE": 10 * number, "MOST_OF_A_USER": 10 * number}
    many = mock.patch.multiple("postroom.outbox.rates", **most)
    with many, ThreadPoolExecutor(8) as threads:
        list(threads.map(post, [key for key in keys for _ in range(2)]))
    print(f"{number} posted twice, {sum(server.taken.values())} taken")
    assert len(server.taken) == number
    assert set(server.taken.values()) == {1}
