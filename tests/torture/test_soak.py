"""Postroom keeps up with a mailbox that never rests, and in the end nothing is missing.

Other clients append, remove, flag, move and rename at a hundred operations a second while the
keeper runs on its two connections; then they rest, and every folder is compared with the server
message by message. Ten minutes with `TEST_LONG=1` (`TEST_SOAK_SECONDS` says otherwise).
"""

import asyncio
import imaplib
import os
import random
import re
import time
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from cast import account_of, person
from postroom.accounts.models import Direction, EmailAccount, Security
from postroom.accounts.seals import keep_secret
from postroom.archive.models import Folder, ServerCopy
from postroom.archive.proofs import proof_of
from postroom.engine.attempts import After, after, find_wait
from postroom.net.errors import NetError
from postroom.sync import keeping
from postroom.sync.bell import Bell
from postroom.sync.once import sync_once
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot
from torture import archive_rows
from torture.letters import LEAD
from torture.other_clients import OtherClients
from torture.visiting import SECRET

LONG = os.environ.get("TEST_LONG") == "1"
SECONDS = float(os.environ.get("TEST_SOAK_SECONDS") or (600 if LONG else 15))
CLIENTS, OPERATIONS_A_SECOND = (4, 102) if LONG else (1, 50)
# In a Maildir, clients of one folder wait seconds for each other's lock files.
MAIL = "mail_location = mdbox:~/mail"
ALICE = "alice@example.com"
PASSES = 5


@pytest.mark.timeout(SECONDS + 300)
def test_a_mailbox_that_never_rests_is_complete_in_the_end(
    shared_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pause in ("THOROUGH", "THOROUGH_WITH_MODSEQ"):
        monkeypatch.setattr(keeping, pause, timedelta(seconds=5))
    archive_rows.empty()
    with dovecot({ALICE: SECRET}, extra=MAIL) as server:
        account = connected(server)
        ends_at = time.monotonic() + SECONDS
        others = OtherClients(server, ALICE, random.randrange(10**6), ends_at, OPERATIONS_A_SECOND)
        print(f"seed {others.seed}")
        with others.at_work(CLIENTS):
            met = asyncio.run(kept(account, SECONDS))
        # Dovecot may send us away too, like any client whose folder changed too much under it.
        assert {after(kind) for kind in met} <= {After.SOON}, met
        rows = settled(server, account)
    done = others.done.total()
    print(f"{dict(others.done)}, {done / SECONDS:.1f} operations a second by {CLIENTS} clients")
    print(f"{rows} messages in {len(others.names)} folders, compared one by one: all equal")
    assert done >= SECONDS * (100 if LONG else 10)


def connected(server: Dovecot) -> EmailAccount:
    """Alice's account, and a lead who writes to her."""
    owner, _ = User.objects.get_or_create(email=ALICE)
    account = account_of(owner)
    account.imap_port, account.imap_security = server.port, Security.NONE
    account.save()
    keep_secret(account, Direction.INCOMING, SECRET)
    person("Lea Customer", LEAD)
    return account


async def kept(account: EmailAccount, seconds: float) -> Counter[str]:
    """Keep the account for so long, as the engine does, and begin again after a failure."""
    met: Counter[str] = Counter()
    ends_at = time.monotonic() + seconds
    while (left := ends_at - time.monotonic()) > 0:
        try:
            await keeping.keep_in_sync(account, timezone.now, Bell(), left)
            met["completed"] += 1
        except NetError as error:
            met[error.kind] += 1
            await asyncio.sleep(min(find_wait(error.kind, 0) or 1, 1))
    return met


def settled(server: Dovecot, account: EmailAccount) -> int:
    """Compare after a few passes, a minute apart by their clock; returns how many messages.

    What is gone needs two pieces of evidence, what moved while it was looked for one pass more.
    """
    now = timezone.now()
    for minutes in range(1, PASSES + 1):
        asyncio.run(sync_once(account, clock_at(now + timedelta(minutes=minutes))))
        if minutes >= 3:
            with suppress(AssertionError):
                return compared(server, account)
    return compared(server, account)


def clock_at(moment: datetime) -> "keeping.Clock":
    """A clock that stands."""
    return lambda: moment


def compared(server: Dovecot, account: EmailAccount) -> int:
    """Every message of every folder, with its flags and its subject. Returns how many."""
    assert [p for p in proof_of(account) if p.missing or p.quarantined] == []
    compared_rows = 0
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(ALICE, SECRET)
        for folder in Folder.objects.filter(account=account, gone_at=None, is_synced=True):
            theirs = on_server(client, folder.name)
            ours = recorded(folder)
            assert ours == theirs, folder.name
            compared_rows += len(ours)
    return compared_rows


def on_server(client: imaplib.IMAP4, name: str) -> dict[int, tuple[str, bool, bool]]:
    """UID to subject and flags, as the server tells."""
    assert client.select(f'"{name}"', readonly=True)[0] == "OK"
    _, rows = client.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    found = {}
    for row in rows:
        if isinstance(row, tuple):
            uid = re.search(rb"UID (\d+)", row[0])
            assert uid
            subject = row[1].decode().partition(":")[2].strip()
            found[int(uid.group(1))] = (subject, b"\\Seen" in row[0], b"\\Flagged" in row[0])
    return found


def recorded(folder: Folder) -> dict[int, tuple[str, bool, bool]]:
    """The same, as we have it; every body must be here, and nothing be taken for removed."""
    copies = ServerCopy.objects.filter(
        folder=folder, uidvalidity=folder.uidvalidity, gone_at=None
    ).select_related("email")
    found = {}
    for copy in copies:
        assert copy.email is not None
        assert copy.email.raw_id is not None, copy.email.subject
        assert copy.email.removed_at is None
        found[copy.uid] = (copy.email.subject, copy.is_seen, copy.is_flagged)
    return found
