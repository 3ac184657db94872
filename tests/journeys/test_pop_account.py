"""A mailbox over POP3, by command. Reference: Related Articles, Configuring POP Account."""

import psycopg
import pytest

from journeys.installation import ALICE, BOB, SECRET, Installation, kill
from journeys.waiting import seconds_until
from mime.corpora import real_mail
from servers.dovecot import Dovecot, dovecot
from sync.state_hash import row_versions, state_of

PEOPLE = (
    "stage,first_name,last_name,company,email,secondary_email\nlead,Lena,Lead,,lena@x.example,\n"
)


@pytest.fixture
def postroom(own_database: str) -> Installation:
    installation = Installation(own_database)
    installation.add_users(ALICE, BOB)
    return installation


def pop_words(server: Dovecot) -> tuple[str, ...]:
    """The options of `account add` for a POP3 server in the clear."""
    where = ("--pop-host", server.host, "--pop-port", str(server.pop3_port))
    return ("--owner", ALICE, *where, "--pop-security", "none", "--password-stdin")


def letter(number: int, sender: str) -> bytes:
    return (
        f"From: {sender}\r\nTo: {ALICE}\r\nSubject: n{number}\r\nMessage-ID: <{number}@x.example>"
        f"\r\nDate: Mon, 02 Mar 2026 12:{number:02}:00 +0000\r\n\r\nHello.\r\n"
    ).encode()


def test_a_pop_mailbox_is_on_peoples_pages_and_is_left_as_it_is(
    postroom: Installation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    people = tmp_path_factory.mktemp("people") / "people.csv"
    people.write_text(PEOPLE)
    with dovecot({ALICE: SECRET}) as server:
        server.add(ALICE, "INBOX", [letter(n, "lena@x.example") for n in range(3)])
        server.add(ALICE, "INBOX", [letter(n, "other@y.example") for n in range(3, 8)])
        postroom.run("people", "import", str(people))
        postroom.run("account", "add", ALICE, *pop_words(server), stdin=SECRET)
        first = postroom.ask("sync", ALICE, "--once")
        assert (first["messages"], first["bodies"]) == (8, 3)
        inbox = {"folder": "INBOX", "server": 8, "recorded": 8, "quarantined": 0, "missing": 0}
        assert first["folders"] == [inbox]
        rows = postroom.ask("emails", "lena@x.example", "--as", ALICE)
        assert [row["subject"] for row in rows] == ["n2", "n1", "n0"]
        assert postroom.ask("emails", "lena@x.example", "--as", BOB) == []
        shown = postroom.ask("account", "show", ALICE)
        assert (shown["tier"], shown["pop"]) == ("pop3", f"127.0.0.1:{server.pop3_port} none")

        before, state = row_versions(postroom.database_url), state_of(postroom.database_url)
        again = postroom.ask("sync", ALICE, "--once")
        assert (again["messages"], again["bodies"], again["folders"]) == (0, 0, [inbox])
        assert row_versions(postroom.database_url) == before
        assert state_of(postroom.database_url) == state


def test_a_first_sync_that_is_killed_goes_on_where_it_was(postroom: Installation) -> None:
    letters = list(real_mail().values())
    with dovecot({ALICE: SECRET}) as server:
        server.add(ALICE, "INBOX", letters)
        postroom.run("account", "add", ALICE, *pop_words(server), stdin=SECRET)
        killed_at = []
        for goal in (100, 400, 900):
            running = postroom.start("sync", ALICE, "--once")
            seconds_until(lambda least=goal: recorded(postroom) >= least, 60)
            kill(running)
            killed_at.append(recorded(postroom))
        print(f"killed at {killed_at} of {len(letters)}")
        assert killed_at == sorted(killed_at)
        assert killed_at[-1] < len(letters)
        rest = postroom.ask("sync", ALICE, "--once")
        assert rest["messages"] == len(letters) - killed_at[-1]
        assert rest["folders"][0]["recorded"] == rest["folders"][0]["server"] == len(letters)
        assert postroom.ask("sync", ALICE, "--once")["messages"] == 0
    assert recorded(postroom) == len(letters)


def recorded(postroom: Installation) -> int:
    """How many messages are in the ledger."""
    with psycopg.connect(postroom.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM archive_servercopy").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("--imap-host", "x.example", "--pop-host", "x.example"), 2, "not both"),
        (("--protocol", "pop"), 1, "--pop-host"),
    ],
)
def test_what_cannot_be_meant_is_said(
    postroom: Installation, words: tuple[str, ...], status: int, sentence: str
) -> None:
    added = postroom.run(
        "account", "add", ALICE, "--owner", ALICE, "--password-stdin", *words,
        stdin=SECRET, status=status,
    )  # fmt: skip
    assert sentence in added.stderr
