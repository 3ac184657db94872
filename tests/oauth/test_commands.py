"""Sign-in services and signing in from a terminal."""

import subprocess
import time

import pytest

from journeys.installation import ALICE, POSTROOM, Installation
from servers.dovecot import Dovecot
from servers.openid import Provider


@pytest.fixture
def postroom(own_database: str, provider: Provider, mailbox: Dovecot) -> Installation:
    installation = Installation(own_database)
    installation.add_users(ALICE)
    where = ("--discovery-url", provider.url, "--imap-host", mailbox.host)
    servers = ("--imap-port", str(mailbox.port), "--imap-security", "none")
    words = ("--client-id", provider.client.client_id, "--client-secret-stdin", "--name", "Example")
    installation.run(
        "oauth", "set", "openid", *words, *where, *servers, stdin=provider.client.secret
    )
    return installation


def test_a_client_is_entered_listed_tested_and_removed(
    postroom: Installation, provider: Provider
) -> None:
    [row] = postroom.ask("oauth", "list")
    assert (row["issuer"], row["name"], row["mailboxes"]) == ("openid", "Example", 0)
    assert {check["what"]: check["is_well"] for check in postroom.ask("oauth", "test", "openid")}
    provider.client.secret = "another"
    refused = postroom.run("oauth", "test", "openid", status=1).stdout
    assert "needs you   Client id and secret: Example does not accept" in refused
    postroom.run("oauth", "remove", "openid")
    assert postroom.ask("oauth", "list") == []
    assert "Redirect address" in postroom.run("oauth", "guide", "google").stdout
    wrong = postroom.run(
        "oauth", "set", "microsoft", "--client-id", "x", "--tenant", "a/b", "--no-secret", status=1
    )
    assert "That is no tenant" in wrong.stderr


def test_a_mailbox_is_connected_with_a_code_from_a_terminal(
    postroom: Installation, provider: Provider
) -> None:
    command = subprocess.Popen(
        [*POSTROOM, "account", "add", ALICE, "--owner", ALICE, "--oauth", "openid"],
        env=postroom.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 200
    while not (waiting := [c for c in provider.codes.values() if c.user_code]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    provider.approve(waiting[0].user_code, ALICE)
    told = command.communicate(timeout=200)[0]
    assert f"and type  {waiting[0].user_code}" in told
    assert f"{ALICE} is connected" in told
    assert postroom.ask("sync", ALICE, "--once")["messages"] == 0
    assert postroom.ask("account", "show", ALICE)["trouble"] == ""
    refused = postroom.run(
        "account", "add", "g@example.com", "--owner", ALICE, "--oauth", "google", status=1
    )
    assert "not set up yet" in refused.stderr
