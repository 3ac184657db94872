"""The engine keeps accounts in sync, one engine an account, whatever happens to either end."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.plugin import DjangoDbBlocker

from cast import folder_of
from engine.kept_mailbox import KeptMailbox
from journeys.databases import database_like, django_using
from journeys.installation import ALICE, SECRET, Installation, kill
from journeys.waiting import seconds_until
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.archive.models import BodyState, Quarantine, ServerCopy
from postroom.archive.reading import opened
from postroom.engine.pausing import pause_keeping, resume_keeping
from postroom.engine.starting import start_keeping
from servers.dovecot import dovecot

START = 60.0  # Of an engine, on a busy machine.
SOON = 5.0
SLEEPER = Path(__file__).with_name("sleeper.py")


@pytest.fixture
def mailbox(migrated_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[KeptMailbox]:
    """Alice's mailbox, connected and waiting for an engine; Django here sees what that writes."""
    with (
        dovecot({ALICE: SECRET}) as server,
        database_like(migrated_template) as url,
        django_db_blocker.unblock(),
        django_using(url),
    ):
        kept = KeptMailbox.connected(server, Installation(url))
        yield kept
        kept.switch_off()


def test_what_happens_at_either_end_is_soon_known_at_the_other(mailbox: KeptMailbox) -> None:
    owner = mailbox.account.owner
    mailbox.deliver("Elsewhere", "Archive")
    with mailbox.engine():
        mailbox.wait_for("First", START)
        mailbox.wait_for("Elsewhere", SOON)
        seconds_until(lambda: connections(mailbox) == 1, SOON)
        time.sleep(0.5)
        mailbox.deliver("By push")
        pushed = mailbox.wait_for("By push", SOON)

        mailbox.set_flags("First", r"(\Flagged)")
        flagged = seconds_until(lambda: is_flagged(mailbox, "First"), SOON)

        email = mailbox.email("First")
        assert email is not None
        assert r"\Seen" not in mailbox.flags_on_server("First")
        assert email.body_state == BodyState.ENVELOPE
        opened(email, owner, timezone.now())
        seen = seconds_until(lambda: r"\Seen" in mailbox.flags_on_server("First"), SOON)
        body = seconds_until(lambda: body_is_here(mailbox, "First"), SOON)

        mailbox.deliver("By poll", "Archive")
        polled = mailbox.wait_for("By poll", SOON)
    print(f"delivered {pushed:.2f} s, flagged {flagged:.2f} s, read {seen:.2f} s,")
    print(f"body {body:.2f} s, other folder {polled:.2f} s (asked every second here)")


def is_flagged(mailbox: KeptMailbox, subject: str) -> bool:
    """Whether Postroom knows of the flag."""
    email = mailbox.email(subject)
    return email is not None and email.is_flagged


def body_is_here(mailbox: KeptMailbox, subject: str) -> bool:
    """Whether the whole message came."""
    email = mailbox.email(subject)
    return email is not None and email.body_state == BodyState.STORED


def test_a_killed_engines_account_is_taken_over(mailbox: KeptMailbox) -> None:
    with mailbox.postroom.running("engine") as first:
        mailbox.wait_for("First", START)
        with mailbox.postroom.running("engine"):
            kill(first)
            mailbox.deliver("After the kill")
            seconds = mailbox.wait_for("After the kill", 30)
    print(f"taken over in {seconds:.1f} s")
    assert ServerCopy.objects.count() == 2


def test_jobs_of_an_engine_killed_at_the_worst_moment_block_nobody(mailbox: KeptMailbox) -> None:
    """It was watching, and had just asked for its account's next job; nobody knows it any more."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status)"
            " VALUES ('watch', 'postroom.watch_accounts', 'watch', 'watch', 'doing')"
        )
    start_keeping(mailbox.account)
    with mailbox.engine():
        mailbox.wait_for("First", 30)


def test_an_engine_that_slept_lets_go_of_what_was_given_to_others(mailbox: KeptMailbox) -> None:
    with mailbox.engine():
        mailbox.wait_for("First", START)
        seconds_until(lambda: connections(mailbox) == 1, SOON)
        came = mailbox.server.log().count("Info: Login:")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'doing'")
        seconds_until(lambda: mailbox.server.log().count("Info: Login:") > came, START)
        seconds_until(lambda: connections(mailbox) == 1, START)
        mailbox.deliver("After the sleep")
        mailbox.wait_for("After the sleep", START)
        assert connections(mailbox) == 1


@pytest.mark.parametrize(
    ("where", "is_lost", "may_say"),
    [
        ("before", True, {"let go"}),
        # Its clock tells the thread that writes, the database the loop: whoever wakes first.
        ("amid", True, {"held no more", "let go"}),
        ("before", False, {"written"}),
        ("amid", False, {"held no more"}),  # It does not know, and begins anew.
    ],
)
def test_what_a_server_said_before_an_engine_slept_is_not_acted_upon(
    where: str, is_lost: bool, may_say: set[str], mailbox: KeptMailbox
) -> None:
    account = mailbox.account
    folder_of(account)
    [job] = ProcrastinateJob.objects.filter(task_name="postroom.keep_account")
    set_job(job.pk, "status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)")
    program = [sys.executable, str(SLEEPER), str(account.pk), str(job.pk), where]
    environment = mailbox.postroom.environment
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True) as sleeper:
        seconds_until(lambda: is_asleep(sleeper.pid), START)
        if is_lost:
            set_job(job.pk, "status = 'todo', worker_id = NULL")
        time.sleep(3)  # Longer than it trusts what it knows.
        sleeper.send_signal(signal.SIGCONT)
        heard, _ = sleeper.communicate(timeout=START)
    assert heard.strip() in may_say
    assert Quarantine.objects.count() == ("written" in may_say)


def is_asleep(pid: int) -> bool:
    """Whether a process is stopped."""
    return psutil.Process(pid).status() == psutil.STATUS_STOPPED


def set_job(pk: int, change: str) -> None:
    """Have a job be at work, or given to others."""
    with connection.cursor() as cursor:
        if "SELECT" in change:
            cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        cursor.execute(f"UPDATE procrastinate_jobs SET {change} WHERE id = %s", [pk])


def test_a_stopped_engine_hands_over_at_once(mailbox: KeptMailbox) -> None:
    with mailbox.postroom.running("engine") as first:
        mailbox.wait_for("First", START)
        first.send_signal(signal.SIGTERM)
        assert first.wait(15) == 0
    mailbox.deliver("After the stop")
    with mailbox.postroom.running("engine"):
        seconds = mailbox.wait_for("After the stop", 60)
    print(f"handed over in {seconds:.1f} s, start of the second engine included")


def test_a_paused_account_is_left_alone_until_it_is_resumed(mailbox: KeptMailbox) -> None:
    with mailbox.engine():
        mailbox.wait_for("First", START)
        pause_keeping(mailbox.account, Decision(timezone.now()))
        seconds_until(lambda: connections(mailbox) == 0, SOON)
        mailbox.deliver("While paused")
        time.sleep(6)  # Longer than the engine's watch over accounts without a job.
        assert mailbox.email("While paused") is None
        assert connections(mailbox) == 0
        resume_keeping(mailbox.account)
        mailbox.wait_for("While paused", SOON)


def connections(mailbox: KeptMailbox) -> int:
    """How many clients are signed in."""
    log = mailbox.server.log()
    ended = re.findall(r" imap\(\S+: Info: (?:Disconnected|Logged out)", log)
    return log.count("imap-login: Info: Login:") - len(ended)


def test_a_refused_password_is_tried_once_and_then_waits_for_a_person(
    mailbox: KeptMailbox,
) -> None:
    keep_secret(mailbox.account, Direction.INCOMING, "wrong")
    with mailbox.engine():
        seconds_until(lambda: mailbox.trouble() == "sign_in_refused", START)
        assert "Check both" in mailbox.account.trouble_sentence
        time.sleep(8)
        assert mailbox.sign_ins_refused() == 1
        try_again(mailbox)
        seconds_until(lambda: mailbox.sign_ins_refused() == 2, SOON)
        time.sleep(2)
        assert mailbox.sign_ins_refused() == 2
        keep_secret(mailbox.account, Direction.INCOMING, SECRET)
        try_again(mailbox)
        mailbox.wait_for("First", SOON)
        seconds_until(lambda: mailbox.trouble() == "", SOON)


def try_again(mailbox: KeptMailbox) -> None:
    """What “postroom account resume” does."""
    resume_keeping(EmailAccount.objects.get())


def test_a_server_that_went_away_is_found_again(mailbox: KeptMailbox) -> None:
    with mailbox.engine():
        mailbox.wait_for("First", START)
        with mailbox.server_away():
            seconds_until(lambda: mailbox.trouble() == "port_refused", 15)
            assert "does not answer on port" in mailbox.account.trouble_sentence
        mailbox.deliver("After the power cut")
        seconds = mailbox.wait_for("After the power cut", 30)
        seconds_until(lambda: mailbox.trouble() == "", SOON)
    print(f"found again in {seconds:.1f} s")
