"""Notices go out once, over real SMTP; a crash in between costs a wait and never a notice."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from aiosmtpd.smtp import Envelope

from cast import NOON
from outbox.conftest import RELAY_USER, relay_at
from postroom.accounts.lifecycle import meet_trouble
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.mime import parse_message
from postroom.outbox.models import Notice, NoticeState
from postroom.outbox.queue import Letter, due_notices, send_again, write
from postroom.outbox.sending import send_notice, wait_after
from postroom.outbox.wording import Facts, Heading, Link, Words
from servers.submission import Submission

LATER = NOON + timedelta(minutes=3)


def letter(account: EmailAccount, key: str = "k") -> Letter:
    """A notice with everything in it that a notice can have."""
    parts = [
        Words("Hello <b>Alice</b>,"),
        Heading("Folders"),
        Facts((("<script>", 12345), ("Grüße", 1))),
        Link("Look", "http://crm.example/?a=1&b=2"),
    ]
    return Letter(key, account, "Grüße aus der Poststelle", parts)


@pytest.fixture
def notice(account: EmailAccount) -> Notice:
    write(letter(account), NOON)
    return Notice.objects.get()


def attempt(notice: Notice, now: datetime = NOON) -> Notice:
    """Try to send at this moment."""
    send_notice(notice.pk, lambda: now)
    notice.refresh_from_db()
    return notice


def content(envelope: Envelope) -> bytes:
    assert isinstance(envelope.content, bytes)
    return envelope.content


def test_it_reaches_its_owner_as_text_and_as_html(relay: Submission, notice: Notice) -> None:
    assert attempt(notice).state == NoticeState.SENT
    [envelope] = relay.taken
    assert envelope.rcpt_tos == ["alice@example.com"]
    assert envelope.mail_from == RELAY_USER
    read = parse_message(content(envelope))
    assert read.envelope.subject == "Grüße aus der Poststelle"
    assert read.envelope.from_[0].name == "Postroom"
    assert read.envelope.to[0].name == "Alice"
    assert read.envelope.message_id == notice.message_id
    assert "12,345" in read.text
    assert "http://crm.example/?a=1&b=2" in read.text
    assert "<script>" not in notice.html
    assert "&lt;script&gt;" in notice.html


def test_an_occasion_is_written_of_once_and_sent_once(
    relay: Submission, account: EmailAccount, notice: Notice
) -> None:
    assert not write(letter(account), LATER)
    for _ in range(3):
        attempt(notice)
    assert len(relay.taken) == 1
    assert due_notices(NOON + timedelta(days=9)) == []


def test_without_a_relay_it_goes_by_the_owners_own_server(
    own_server: Submission, notice: Notice
) -> None:
    assert attempt(notice).state == NoticeState.SENT
    assert own_server.taken[0].mail_from == "alice@example.com"


def test_a_mailbox_that_is_in_trouble_is_not_asked_to_send(
    own_server: Submission, account: EmailAccount, notice: Notice
) -> None:
    meet_trouble(account, "sign_in_refused", "No.", NOON)
    assert "POSTROOM_SMTP_URL" in attempt(notice).reason
    assert (notice.state, own_server.taken) == (NoticeState.WAITING, [])


def test_a_refused_password_is_never_tried_again(
    own_server: Submission, account: EmailAccount, notice: Notice
) -> None:
    keep_secret(account, Direction.OUTGOING, "canary-wrong")
    assert attempt(notice).state == NoticeState.FAILED
    account.refresh_from_db()
    assert "refused" in account.smtp_trouble_sentence
    write(letter(account, "another"), NOON)
    other = attempt(Notice.objects.get(key="another"))
    assert "no server" in other.reason
    assert "canary" not in notice.reason + other.reason + account.smtp_trouble_sentence


def test_a_recipient_that_is_refused_fails_for_good_until_someone_asks(
    relay: Submission, notice: Notice
) -> None:
    relay.refuse.add("alice@example.com")
    assert attempt(notice).state == NoticeState.FAILED
    assert "no such user" in notice.reason
    relay.refuse.clear()
    attempt(notice, LATER)
    assert relay.taken == []
    send_again(notice, LATER)
    assert attempt(notice, LATER).state == NoticeState.SENT


def test_a_server_that_is_away_is_tried_again_with_growing_waits(
    peer: Submission, notice: Notice
) -> None:
    with relay_at("smtp+plain://127.0.0.1:1"):
        assert attempt(notice).state == NoticeState.WAITING
        assert "does not answer" in notice.reason
        assert notice.due_at == LATER
        attempt(notice, LATER - timedelta(seconds=1))
        assert notice.attempts == 1
    with relay_at(f"smtp+plain://{peer.host}:{peer.port}"):
        attempt(notice, LATER)
    assert (notice.state, notice.attempts, len(peer.taken)) == (NoticeState.SENT, 2, 1)


def test_it_is_given_up_after_three_days(notice: Notice) -> None:
    with relay_at("smtp+plain://127.0.0.1:1"):
        attempt(notice, NOON + timedelta(days=3, minutes=1))
    assert notice.state == NoticeState.FAILED


def test_waits_double_up_to_an_hour() -> None:
    minutes = [wait_after(n).total_seconds() / 60 for n in (1, 2, 3, 5, 6, 9, 10**6)]
    assert minutes == [3, 6, 12, 48, 60, 60, 60]


DYING = """
import os, signal, sys
from datetime import datetime
from postroom.cli.bootstrap import set_up_django
set_up_django()
from django.conf import settings
from postroom.config.parsers import parse_relay
from postroom.outbox import sending
relay, notice, now = sys.argv[1:]
settings.ENVIRONMENT.values["POSTROOM_SMTP_URL"] = parse_relay(relay)
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
{}
sending.send_notice(int(notice), lambda: datetime.fromisoformat(now))
"""


@pytest.mark.parametrize(
    ("dies_at", "copies"),
    [("sending.deliver = die", 1), ("sending.note_sent = die", 2)],
    ids=["before it is sent", "between the server's word and our note"],
)
@pytest.mark.django_db(transaction=True)
def test_killed_at_its_work_it_is_sent_again_as_the_same_message(
    dies_at: str, copies: int, database_url: str, peer: Submission, account: EmailAccount
) -> None:
    write(letter(account), NOON)
    notice = Notice.objects.get()
    relay = f"smtp+plain://{peer.host}:{peer.port}"
    command = [sys.executable, "-c", DYING.format(dies_at), relay, str(notice.pk), NOON.isoformat()]
    environment = os.environ | {"DATABASE_URL": database_url}
    died = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == (NoticeState.WAITING, 1)
    with relay_at(relay):
        assert attempt(notice, NOON + timedelta(minutes=2)).attempts == 1
        assert attempt(notice, LATER).state == NoticeState.SENT
        attempt(notice, LATER + timedelta(hours=2))
    print(f"{len(peer.taken)} sent")
    assert len(peer.taken) == copies
    assert len({content(envelope) for envelope in peer.taken}) == 1
