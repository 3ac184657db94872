"""What a pass costs: one question where nothing happened, and nothing written.

Round trips are counted on the wire. `TEST_LONG=1` takes 100,000 messages instead of 100.
"""

import asyncio
import imaplib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from cast import NOON, message
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount
from postroom.archive import ledger
from postroom.archive.models import Email, ServerCopy
from postroom.net.credentials import Password
from postroom.net.imap_client import ImapClient
from postroom.net.server import Security, Server
from postroom.sync.database import in_database
from postroom.sync.once import pass_over
from postroom.sync.parsing import LimitedParser
from postroom.sync.progress import Progress, new_run
from postroom.sync.visit import Visit
from servers.counting import Relay, counted
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected, numbers_of, sync
from sync.state_hash import row_versions

pytestmark = pytest.mark.usefixtures("transactional_db")

FOLDERS = 50
LONG = os.environ.get("TEST_LONG") == "1"
MESSAGES = 100_000 // FOLDERS if LONG else 2
OF_THE_SERVER = ("INBOX", "Sent", "Drafts", "Junk", "Trash", "Archive")
PLAIN = "IMAP4rev1 LITERAL+"


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}, capability=getattr(request, "param", "")) as running:
        yield running


@contextmanager
def phone(server: Dovecot) -> Iterator[imaplib.IMAP4]:
    """Alice's other mail program, in her Inbox."""
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(ALICE, SECRET)
        client.select("INBOX")
        yield client


async def passes(account: EmailAccount, server: Dovecot, *between: object) -> list[int]:
    """Round trips of a light pass for each piece of work done before it; sign-in not counted."""
    async with counted(server.host, server.port) as relay:
        wire = Server("127.0.0.1", relay.port, Security.NONE)
        client = await ImapClient.connect(wire, settings.MAIL_NETWORKS)
        parser = LimitedParser()
        try:
            await client.sign_in(Password(account.sign_in_name, SECRET))
            return [await one_pass(account, client, parser, relay, work) for work in between]
        finally:
            parser.close()
            await client.close()


async def one_pass(
    account: EmailAccount, client: ImapClient, parser: LimitedParser, relay: Relay, work: object
) -> int:
    if callable(work):
        await in_database(work)
    relay.begin()
    progress = Progress(new_run(account, timezone.now()))
    visit = Visit(account, client, timezone.now, progress, parser, is_thorough=False)
    await pass_over(visit)
    return relay.round_trips


@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize(
    ("server", "most"),
    [("", 3), (PLAIN, FOLDERS)],
    ids=["QRESYNC and LIST-STATUS", "plain"],
    indirect=["server"],
)
def test_an_unchanged_mailbox_costs_next_to_nothing(
    server: Dovecot, most: int, database_url: str
) -> None:
    names = [*OF_THE_SERVER, *(f"Customers/{n:02}" for n in range(FOLDERS - len(OF_THE_SERVER)))]
    for name in names:
        server.add(ALICE, name, [message(name, from_="a@x.example") for _ in range(MESSAGES)])
    account = connected(server)
    sync(account)
    account.folders.update(is_synced=True)
    sync(account)
    account.refresh_from_db()
    asyncio.run(passes(account, server, None))

    before = row_versions(database_url)
    first, second = asyncio.run(passes(account, server, None, None))
    assert row_versions(database_url) == before
    print(f"{account.folders.count()} folders, {Email.objects.count()} messages, {account.tier}:")
    print(f"{first} and {second} round trips, 0 rows written")
    assert account.folders.count() == FOLDERS
    assert Email.objects.count() == FOLDERS * MESSAGES
    assert max(first, second) <= most


def test_changes_come_with_the_opening_of_a_folder(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "PATIENCE", timedelta())
    server.add(ALICE, "INBOX", [message(f"n{n}", NOON, from_="a@x.example") for n in range(9)])
    account = connected(server)
    sync(account)
    account.refresh_from_db()

    def arrive() -> None:
        server.add(ALICE, "INBOX", [message("new", NOON, from_="a@x.example")])

    def flag() -> None:
        with phone(server) as client:
            client.store("1:2", "+FLAGS", "(\\Seen \\Flagged)")

    def remove() -> None:
        with phone(server) as client:
            client.store("5", "+FLAGS", "\\Deleted")
            client.expunge()

    costs = asyncio.run(passes(account, server, arrive, flag, remove, None))
    print(f"round trips: a new email {costs[0]}, flags {costs[1]}, a removal {costs[2:]}")
    assert costs[0] in (3, 4)
    assert costs[1] in (2, 3)
    assert Email.objects.filter(subject="new").exists()
    assert Email.objects.filter(is_read=True, is_flagged=True).count() == 2
    assert ServerCopy.objects.filter(gone_at__isnull=True).count() == 9
    assert Email.objects.filter(removed_at__isnull=True).count() == 9
    assert numbers_of("INBOX", account) == (9, 9, 0, 0)
    sync(account)
    assert numbers_of("INBOX", account) == (9, 9, 0, 0)


def test_changes_that_do_not_add_up_are_not_believed(server: Dovecot) -> None:
    server.add(ALICE, "INBOX", [message(f"n{n}", NOON, from_="a@x.example") for n in range(5)])
    account = connected(server)
    sync(account)
    Email.objects.filter(subject="n1").delete()

    def arrive() -> None:
        server.add(ALICE, "INBOX", [message("new", NOON, from_="a@x.example")])

    account.refresh_from_db()
    asyncio.run(passes(account, server, arrive))
    assert set(Email.objects.values_list("subject", flat=True)) == {
        "new", "n0", "n1", "n2", "n3", "n4",
    }  # fmt: skip
    assert numbers_of("INBOX", account) == (6, 6, 0, 0)
