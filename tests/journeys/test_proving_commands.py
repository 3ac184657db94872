"""What an administrator types to be sure of a mailbox: check it, see what was set aside, move."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from journeys.installation import ALICE, SECRET, Installation
from servers.dovecot import Dovecot, dovecot

LETTER = b"From: a@x.example\r\nSubject: n%d\r\nMessage-ID: <%d@x.example>\r\n\r\nHello.\r\n"


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "INBOX", [LETTER % (n, n) for n in range(3)])
        running.add(ALICE, "Sales", [LETTER % (n, n) for n in range(3, 5)])
        yield running


@pytest.fixture
def postroom(own_database: str, server: Dovecot) -> Installation:
    installation = Installation(own_database)
    installation.add_users(ALICE)
    installation.add_account(server, ALICE, "--storage", "everything")
    return installation


def test_a_mailbox_is_checked_and_moved(postroom: Installation, server: Dovecot) -> None:
    assert "Nothing is missing." in postroom.run("account", "check", ALICE).stdout
    with closing(psycopg.connect(postroom.database_url, autocommit=True)) as database:
        database.execute("DELETE FROM archive_servercopy WHERE uid = 2")
        rows = {row["folder"]: row for row in postroom.ask("account", "check", ALICE)}
        assert rows["Sales"]["healed"] == 1
        assert rows["INBOX"] == {
            "folder": "INBOX", "server": 3, "recorded": 3, "quarantined": 0, "left_out": 0,
            "older": 0, "missing": 0, "healed": 1, "missing_uids": [], "refusal": "",
        }  # fmt: skip
        [(number,)] = database.execute(SET_ASIDE).fetchall()
        words = ("account", "quarantine", ALICE, "--source", str(number))
        assert "Subject: n0" in postroom.run(*words).stdout

        sales = server.maildir(ALICE) / ".Sales"
        sales.rename(sales.with_name("closed"))
        sales.symlink_to("/nowhere")
        assert (
            "“Sales” was not compared" in postroom.run("account", "check", ALICE, status=1).stdout
        )

        with dovecot({ALICE: SECRET}) as other:
            other.add(ALICE, "INBOX", [LETTER % (n, n) for n in (9, 0, 1, 2)])
            words = ("account", "move", ALICE, "--host", other.host, "--port", str(other.port))
            words += ("--security", "none", "--password-stdin")
            postroom.run(*words, stdin="a wrong battery", status=1)
            assert "from now on" in postroom.run(*words, stdin=SECRET).stdout
            rows = {row["folder"]: row for row in postroom.ask("account", "check", ALICE)}
        assert (rows["INBOX"]["server"], rows["INBOX"]["recorded"]) == (4, 4)
        emails = database.execute("SELECT count(*), count(removed_at) FROM archive_email")
        assert emails.fetchone() == (6, 0)


SET_ASIDE = """
    INSERT INTO archive_quarantine (folder_id, uidvalidity, uid, reason, met_at, raw_id)
    SELECT folder_id, uidvalidity, uid + 100, 'It broke.', now(), raw_id
      FROM archive_servercopy JOIN archive_email ON email_id = archive_email.id
     WHERE subject = 'n0' RETURNING id
"""
