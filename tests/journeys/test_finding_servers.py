"""Only an address and a password: the servers are found, tried, and the mailbox is connected.

Reference: Set up IMAP Account.
"""

from collections.abc import Iterator

import pytest

from journeys.installation import SECRET, Installation
from servers.beside import beside
from servers.dovecot import Dovecot, dovecot
from servers.internet import NameServerOfTests, name_server

FIRM = "firm.example"
LENA = f"lena@{FIRM}"


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({LENA: SECRET}) as running:
        yield running


@pytest.fixture
def postroom(own_database: str, server: Dovecot) -> Iterator[Installation]:
    """An installation that asks our name server, where the firm publishes SRV records."""
    with beside(name_server()) as (names, where):
        publish(names, server)
        installation = Installation(
            own_database,
            {
                "POSTROOM_NAME_SERVER": f"{where.address}:{where.port}",
                "POSTROOM_ALLOWED_MAIL_NETWORKS": "127.0.0.0/8",
                "POSTROOM_ALLOWED_MAIL_PORTS": "1024-65535",
                "SSL_CERT_FILE": str(server.certificate.authority),
            },
        )
        installation.add_users(LENA)
        yield installation


def publish(names: NameServerOfTests, server: Dovecot) -> None:
    """What the firm says of its mail."""
    names.records[f"mail.{FIRM}", "A"] = ["127.0.0.1"]
    names.records[FIRM, "MX"] = [f"10 mail.{FIRM}."]
    names.records[f"_imap._tcp.{FIRM}", "SRV"] = [f"0 0 {server.port} mail.{FIRM}."]
    names.records["_imaps._tcp.shop.example", "SRV"] = ["0 0 993 imap.stranger.example."]


def test_an_address_is_recognised_tried_and_connected(postroom: Installation) -> None:
    known = postroom.ask("account", "recognise", LENA)
    assert (known["source"], known["told_by"], known["foreign_hosts"]) == ("srv", FIRM, [])
    assert known["imap"][0]["host"] == f"mail.{FIRM}"
    assert [asked["source"] for asked in known["trail"]] == [
        "address", "mx", "autoconfig", "autoconfig", "srv",
    ]  # fmt: skip

    wrong = postroom.run(
        "account", "test", LENA, "--password-stdin", stdin="canary-wrong", status=1
    )
    *passed, failed = wrong.stdout.splitlines()
    assert all(line.startswith("ok") for line in passed)
    assert failed.startswith("FAILED incoming sign in")
    assert "canary" not in wrong.stdout + wrong.stderr

    right = postroom.run("account", "test", LENA, "--password-stdin", stdin=SECRET).stdout
    steps = [line.split()[2] for line in right.splitlines()]
    assert steps == [
        "lookup", "address", "port", "greeting", "encryption", "capabilities", "sign", "folders",
    ]  # fmt: skip
    assert "TLSv1.3" in right
    assert "6 folders, 0 emails" in right

    add = ("account", "add", LENA, "--owner", LENA, "--password-stdin")
    assert "is connected" in postroom.run(*add, stdin=SECRET).stdout
    assert postroom.ask("account", "show", LENA)["imap"].startswith(f"mail.{FIRM}:")


def test_who_is_not_known_or_a_stranger_is_said(postroom: Installation) -> None:
    shop = "alice@shop.example"
    add = ("account", "add", shop, "--owner", LENA, "--password-stdin")
    refused = postroom.run(*add, stdin=SECRET, status=1)
    assert "names servers of others: imap.stranger.example" in refused.stderr
    told = postroom.run("account", "recognise", shop).stdout
    assert "Confirm before you enter a password: imap.stranger.example" in told
    assert postroom.ask("account", "list") == []

    told = postroom.run("account", "recognise", "alice@nowhere.example", status=1).stdout
    assert "Nobody knew its servers" in told
    tuta = postroom.run("account", "recognise", "alice@tuta.com").stdout
    assert "cannot connect" in tuta
