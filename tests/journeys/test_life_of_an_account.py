"""A mailbox is deactivated and comes back. Reference: Cleanup Policy; View Emails.

A real server, where everything stays; the same mail afterwards, with its read state and shares.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pytest_django.plugin import DjangoDbBlocker

from cast import NOON, message, shared
from journeys.databases import database_like, django_using
from journeys.installation import ALICE, BOB, POSTROOM, SECRET, Installation, kill
from journeys.waiting import seconds_until
from postroom.accounts.models import EmailAccount, Ruling
from postroom.archive.models import DealLink, Email
from postroom.archive.models.deals import thread_of_link
from postroom.crm.models import Person
from servers.dovecot import Dovecot, dovecot
from sync.state_hash import state_of

LENA = "lena@customer.example"
CANARY = "zugunruhe"
EACH = 2_500 if os.environ.get("TEST_LONG") == "1" else 8
ALL = 4 * EACH
PEOPLE = f"first_name,last_name,email\nLena,Lead,{LENA}\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """A mailbox with four kinds of mail, which nothing here may change."""
    with dovecot({ALICE: SECRET}) as running:
        for folder, flags in (("INBOX", ""), ("INBOX", "S"), ("Sent", "S"), ("Ideas/2025", "FRS")):
            running.add(
                ALICE, folder, [letter(f"{folder}{flags}{n}") for n in range(EACH)], flags=flags
            )
        yield running


@pytest.fixture(scope="module")
def prepared(
    migrated_template: str,
    server: Dovecot,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[str]:
    """The name of a database with Alice's mailbox in the middle of its life, shared with all."""
    people = tmp_path_factory.mktemp("people") / "people.csv"
    people.write_text(PEOPLE)
    with django_db_blocker.unblock(), database_like(migrated_template) as url:
        installed = Installation(url)
        installed.add_users(ALICE, BOB)
        installed.run("people", "import", str(people))
        installed.add_account(server, ALICE, "--sharing", "public", "--storage", "everything")
        installed.run("sync", ALICE, "--once")
        decide(url)
        yield conninfo_to_dict(url)["dbname"]


@pytest.fixture
def postroom(prepared: str) -> Iterator[Installation]:
    """An installation of one's own, prepared."""
    with database_like(prepared) as url:
        yield Installation(url)


def decide(url: str) -> None:
    """Alice hides an email, and says which deal a conversation is of: it is for a reactivation."""
    with django_using(url):
        account = EmailAccount.objects.get()
        shared(account, Person.objects.get())
        first, second = Email.objects.order_by("subject")[:2]
        Ruling.objects.create(account=account, identity=first.identity, sight=0, at=NOON)
        DealLink.objects.create(thread=thread_of_link(second), at=NOON)


def decided(url: str) -> list[str]:
    """What was shared, hidden and linked, row by row."""
    with psycopg.connect(url) as connection:
        return [str(row) for table in DECIDED for row in connection.execute(f"TABLE {table}")]


DECIDED = ("accounts_share", "accounts_sharedaddress", "accounts_ruling", "archive_deallink")


def letter(subject: str) -> bytes:
    """From Lena, about something that must not be found afterwards."""
    text = f"The {CANARY} of {subject}."
    return message(f"{CANARY} {subject}", NOON, text, from_=f"Lena <{LENA}>", to=ALICE)


def seen_by(postroom: Installation, user: str) -> list[dict[str, str]]:
    """Lena's emails as a user has them."""
    found: list[dict[str, str]] = postroom.ask("emails", LENA, "--as", user)
    return found


def test_deactivated_it_is_gone_here_and_reactivated_it_is_back(
    postroom: Installation, server: Dovecot
) -> None:
    url, log = postroom.database_url, server.log()
    before, seen, choices = state_of(url), seen_by(postroom, BOB), decided(url)
    assert before["emails"][0] == before["raw messages"][0] == len(seen) + 1 == ALL
    assert len(choices) == len(DECIDED)

    told = postroom.run("account", "deactivate", ALICE, "--yes", "--because", "Spring cleaning")
    assert "emails" in told.stdout
    assert "everything on the mail server" in told.stdout
    for who in (ALICE, BOB):
        assert seen_by(postroom, who) == []
    gone = state_of(url)
    assert all(gone[name][0] == 0 for name in gone if name != "folders")
    assert "deactivated" in postroom.run("sync", ALICE, "--once", status=1).stderr
    assert "activate" in postroom.run("account", "resume", ALICE, status=1).stderr

    wrong = postroom.run("account", "activate", ALICE, "--password-stdin", stdin="no", status=1)
    assert "password" in wrong.stderr
    assert postroom.ask("account", "show", ALICE)["activation"] == "deactivated"
    postroom.run("account", "activate", ALICE, "--password-stdin", stdin=SECRET)
    postroom.run("sync", ALICE, "--once")
    assert state_of(url) == before
    assert (seen_by(postroom, BOB), decided(url)) == (seen, choices)
    print(f"{ALL:,} messages as they were")
    assert not {"expunge", "delete"} & set(server.log().removeprefix(log).lower().split())


def test_it_asks_first_and_tells_what_would_go(postroom: Installation) -> None:
    refused = subprocess.run(
        [*POSTROOM, "account", "deactivate", ALICE],
        input="n\n", capture_output=True, text=True, env=postroom.environment, timeout=60,
    )  # fmt: skip
    assert refused.returncode == 1
    assert f"{ALL}" in refused.stdout.replace(",", "")
    assert len(seen_by(postroom, ALICE)) == ALL


def test_removed_it_may_be_connected_anew(postroom: Installation, server: Dovecot) -> None:
    before = state_of(postroom.database_url)
    postroom.run("account", "remove", ALICE, "--yes")
    assert postroom.ask("account", "list") == []
    assert {rows for rows, _ in state_of(postroom.database_url).values()} == {0}
    postroom.add_account(server, ALICE, "--sharing", "public", "--storage", "everything")
    postroom.run("sync", ALICE, "--once")
    assert state_of(postroom.database_url) == before


def test_what_a_killed_command_began_the_engine_ends(postroom: Installation) -> None:
    """The command is killed by SIGKILL the moment it has begun, in the middle or at the end."""
    multiply(postroom.database_url)
    command = [*POSTROOM, "account", "deactivate", ALICE, "--yes"]
    process = subprocess.Popen(command, env=postroom.environment, start_new_session=True)
    seconds_until(lambda: is_deactivated(postroom.database_url), 120, every=0.001)
    time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    left = state_of(postroom.database_url)["emails"][0]
    print(f"killed with {left} emails left")
    assert seen_by(postroom, ALICE) == []
    engine = postroom.start("engine")
    try:
        seconds_until(lambda: state_of(postroom.database_url)["emails"][0] == 0, 150)
        seconds_until(lambda: not postroom.ask("account", "show", ALICE)["deletion"], 90, every=0.5)
    finally:
        kill(engine)
    assert state_of(postroom.database_url)["raw messages"][0] == 0


def multiply(url: str) -> None:
    """Some thousand more emails, so that a deletion takes a moment."""
    with psycopg.connect(url) as connection:
        connection.execute(MULTIPLY)


MULTIPLY = f"""
INSERT INTO archive_email (account_id, identity, message_id, thread_root, subject, snippet, sent_at,
       received_at, direction, size, has_attachments, is_read, is_flagged, is_answered, body_state,
       body_due, raw_id)
SELECT account_id, sha256(identity || n::text::bytea), message_id, thread_root, subject, snippet,
       sent_at, received_at, direction, size, has_attachments, is_read, is_flagged, is_answered,
       body_state, body_due, raw_id
  FROM archive_email, generate_series(1, {max(1, 6_400 // ALL)}) AS n
"""


def is_deactivated(url: str) -> bool:
    """Whether the command has begun."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT activation FROM accounts_emailaccount").fetchone()
        return found == ("deactivated",)
