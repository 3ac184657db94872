"""What an administrator types to look after a mailbox: folders, what was set aside, rereading."""

from collections.abc import Iterator

import psycopg
import pytest

from journeys.installation import ALICE, SECRET, Installation
from servers.dovecot import Dovecot, dovecot

LETTER = b"From: a@x.example\r\nSubject: n%d\r\nMessage-ID: <%d@x.example>\r\n\r\nHello.\r\n"


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "INBOX", [LETTER % (n, n) for n in range(3)])
        running.add(ALICE, "Junk", [LETTER % (n, n) for n in range(3, 5)])
        yield running


@pytest.fixture
def postroom(own_database: str, server: Dovecot) -> Installation:
    installation = Installation(own_database)
    installation.add_users(ALICE)
    installation.add_account(server, ALICE, "--storage", "everything")
    return installation


def test_folders_are_chosen(postroom: Installation) -> None:
    assert "first sync" in postroom.run("account", "folders", ALICE).stdout
    assert postroom.ask("sync", ALICE, "--once")["messages"] == 3
    rows = {row["folder"]: row for row in postroom.ask("account", "folders", ALICE)}
    assert rows["Junk"] == {
        "folder": "Junk", "role": "junk", "synced": False, "recorded": 0, "listed": True,
    }  # fmt: skip
    rows = {
        row["folder"]: row
        for row in postroom.ask("account", "folders", ALICE, "--on", "Junk", "--off", "INBOX")
    }
    assert (rows["Junk"]["synced"], rows["INBOX"]["synced"]) == (True, False)
    brought = postroom.ask("sync", ALICE, "--once")
    assert brought["messages"] == 2
    assert "INBOX" not in {row["folder"] for row in brought["folders"]}
    refused = postroom.run("account", "folders", ALICE, "--on", "Junkk", status=1)
    assert "no folder “Junkk”" in refused.stderr


def test_what_was_set_aside_is_shown_tried_again_and_let_be(postroom: Installation) -> None:
    postroom.ask("sync", ALICE, "--once")
    assert "Nothing" in postroom.run("account", "quarantine", ALICE).stdout
    with psycopg.connect(postroom.database_url) as database:
        database.execute(SET_ASIDE)
    [entry] = postroom.ask("account", "quarantine", ALICE)
    assert (entry["folder"], entry["reason"], entry["size"]) == ("INBOX", "It broke.", None)

    number = str(entry["id"])
    assert "broke" in postroom.run("account", "quarantine", ALICE, "--ignore", number).stdout
    assert postroom.ask("sync", ALICE, "--once")["folders"][-1]["missing"] == 0
    assert postroom.ask("account", "quarantine", ALICE)[0]["is_ignored"]

    assert postroom.ask("account", "quarantine", ALICE, "--retry", "all") == []
    assert postroom.ask("sync", ALICE, "--once")["messages"] == 1
    postroom.run("account", "quarantine", ALICE, "--retry", number, status=1)
    postroom.run("account", "quarantine", ALICE, "--retry", "x", status=2)


# One message that was never recorded: its place is free, its UID in quarantine.
SET_ASIDE = """
    WITH place AS (DELETE FROM archive_servercopy WHERE uid = 2
                   RETURNING folder_id, uidvalidity, uid)
    INSERT INTO archive_quarantine (folder_id, uidvalidity, uid, reason, met_at)
    SELECT folder_id, uidvalidity, uid, 'It broke.', now() FROM place
"""


def test_mail_is_read_again(postroom: Installation) -> None:
    postroom.ask("sync", ALICE, "--once")
    with psycopg.connect(postroom.database_url) as database:
        database.execute("UPDATE archive_email SET subject = 'wrong', snippet = ''")
    postroom.run("reparse", status=2)
    done = postroom.ask("reparse", "--account", ALICE)
    assert (done["read"], done["changed"], done["broken"]) == (3, 3, 0)
    assert "3 emails read again, 0 corrected" in postroom.run("reparse", "--all").stdout
    done = postroom.ask("reparse", "--all", "--after", str(done["last"]))
    assert done["read"] == 0
    with psycopg.connect(postroom.database_url) as database:
        rows = database.execute("SELECT subject, snippet FROM archive_email ORDER BY 1").fetchall()
    assert rows == [(f"n{n}", "Hello.") for n in range(3)]


def test_existing_mail_is_brought_from_a_day_on(postroom: Installation, server: Dovecot) -> None:
    server.add(ALICE, "INBOX", [LETTER % (n, n) for n in range(7, 9)], received=1_500_000_000)
    told = postroom.ask("account", "window", ALICE, "--since", "2020-01-01")
    assert told == {"window": "2020-01-01", "since": "2020-01-01"}
    assert "2 older ones, from before 2020-01-01" in postroom.run("account", "plan", ALICE).stdout
    assert postroom.ask("sync", ALICE, "--once")["messages"] == 3
    [inbox] = [row for row in postroom.ask("account", "check", ALICE) if row["folder"] == "INBOX"]
    assert (inbox["recorded"], inbox["left_out"], inbox["older"], inbox["missing"]) == (3, 2, 2, 0)
    assert "All existing mail" in postroom.run("account", "window", ALICE, "--default").stdout
    assert "last 12 months" in postroom.run("account", "window", "--since", "12 months").stdout
    assert "12m" not in postroom.run("account", "window", ALICE).stdout
    assert (
        "“soon” is not a day"
        in postroom.run("account", "window", ALICE, "--since", "soon", status=1).stderr
    )
    postroom.run("account", "window", ALICE, "--since", "all", "--default", status=2)
