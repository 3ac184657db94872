"""Connect, plan, sync, be told: what an owner and an administrator see of a first sync."""

from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner

from journeys.installation import ALICE, SECRET, Installation
from journeys.waiting import seconds_until
from outbox.conftest import url_of
from postroom.accounts.models import EmailAccount
from postroom.accounts.traffic import allowed_octets
from postroom.cli import main
from postroom.mime import parse_message
from servers.dovecot import Dovecot, dovecot
from servers.submission import Submission

LETTER = b"From: a@x.example\r\nSubject: n%d\r\nMessage-ID: <%d@x.example>\r\n\r\nHello.\r\n"
START = 60.0  # Of an engine, on a busy machine.


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "INBOX", [LETTER % (n, n) for n in range(7)])
        running.add(ALICE, "Sales", [LETTER % (n, n) for n in range(7, 9)])
        yield running


@pytest.fixture
def postroom(own_database: str, server: Dovecot, peer: Submission) -> Installation:
    installation = Installation(own_database, {"POSTROOM_SMTP_URL": url_of(peer)})
    installation.add_users(ALICE)
    installation.add_account(server, ALICE)
    return installation


def test_a_first_sync_is_planned_brought_confirmed_by_email_and_reconnected(
    postroom: Installation, peer: Submission
) -> None:
    plan = postroom.ask("account", "plan", ALICE)
    assert (plan["messages"], plan["recorded"], plan["is_measured"]) == (9, 0, False)
    assert plan["octets"] > 0
    with postroom.running("engine"), psycopg.connect(postroom.database_url) as database:
        database.autocommit = True
        sent = "SELECT 1 FROM outbox_notice WHERE state = 'sent'"
        seconds_until(lambda: database.execute(sent).fetchone(), START, every=0.1)
    [envelope] = peer.taken
    assert isinstance(envelope.content, bytes)
    words = " ".join(parse_message(envelope.content).text.split())
    assert "INBOX 7 Sales 2 In all 9" in words
    [told] = postroom.ask("outbox")
    assert (told["to"], told["state"], told["attempts"]) == (ALICE, "sent", 1)

    words = ("account", "reconnect", ALICE, "--password-stdin")
    refused = postroom.run(*words, stdin="canary-wrong", status=1)
    assert "refused" in refused.stderr
    assert "canary" not in refused.stderr
    assert "lets Postroom in" in postroom.run(*words, stdin=SECRET).stdout


@pytest.mark.django_db
def test_limits_are_set_by_command(account: EmailAccount) -> None:
    def budget(*words: str) -> str:
        return CliRunner().invoke(main, ["account", "budget", *words]).output

    assert budget() == "No limit of its own.\n"
    assert budget("--megabytes", "900") == "900 MB a day\n"
    assert budget(account.address, "--megabytes", "5000") == "5,000 MB a day\n"
    account.refresh_from_db()
    assert (account.octets_a_day, allowed_octets(account)) == (5_000_000_000, 5_000_000_000)
    budget(account.address, "--none")
    account.refresh_from_db()
    assert allowed_octets(account) == 900_000_000
    assert "two different wishes" in budget("--none", "--megabytes", "5")
