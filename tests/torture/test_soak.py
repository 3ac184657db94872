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
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
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
from postroom.sync.once import sync_once
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot
from torture import archive_rows
from torture.letters import LEAD, write_letter
from torture.visiting import SECRET

LONG = os.environ.get("TEST_LONG") == "1"
SECONDS = float(os.environ.get("TEST_SOAK_SECONDS") or (600 if LONG else 15))
OPERATIONS_A_SECOND = 100
ALICE = "alice@example.com"
FOLDERS = ("INBOX", "Archive", "Projects", "Projects/2026", "Sent")
PASSES = 5
KINDS = ("append", "append", "append", "flag", "flag", "move", "copy", "remove", "rename")


@dataclass(slots=True)
class OtherClient:
    """A mail program in a hurry. Dovecot may refuse what another client made impossible."""

    server: Dovecot
    seed: int
    ends_at: float
    done: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=lambda: list(FOLDERS))

    def work(self) -> None:
        """Change something, at an even pace, until the time is over."""
        dice = random.Random(self.seed)
        while time.monotonic() < self.ends_at:
            # Dovecot sends a client away whose open folder changed too much under it.
            with suppress(imaplib.IMAP4.abort):
                self.work_signed_in(dice)

    def work_signed_in(self, dice: random.Random) -> None:
        """The same, on one connection."""
        pause = 1 / OPERATIONS_A_SECOND
        due = time.monotonic()
        with imaplib.IMAP4(self.server.host, self.server.port) as client:
            client.login(ALICE, SECRET)
            while time.monotonic() < self.ends_at:
                kind = dice.choice(KINDS)
                if self.change(client, kind, dice):
                    self.done[kind] += 1
                due += pause
                time.sleep(max(0.0, due - time.monotonic()))

    def change(self, client: imaplib.IMAP4, kind: str, dice: random.Random) -> bool:
        """One operation; False if there was nothing to do it to."""
        folder = dice.choice(self.names)
        if kind == "append":
            letter = write_letter(lines=dice.choice((0, 3, 50)), has_id=dice.random() < 0.9)
            return client.append(f'"{folder}"', "", "", letter.raw)[0] == "OK"
        if kind == "rename":
            return dice.random() < 0.05 and self.rename(client, dice)
        count = int(client.select(f'"{folder}"')[1][0] or 0)
        if not count:
            return False
        number = str(dice.randint(1, count))
        if kind == "flag":
            sign = dice.choice("+-")
            return (
                client.store(number, f"{sign}FLAGS", dice.choice(("\\Seen", "\\Flagged")))[0]
                == "OK"
            )
        if kind in ("move", "copy"):
            client.copy(number, f'"{dice.choice(self.names)}"')
        if kind in ("move", "remove"):
            client.store(number, "+FLAGS", "\\Deleted")
            client.expunge()
        return True

    def rename(self, client: imaplib.IMAP4, dice: random.Random) -> bool:
        """Give a folder another name."""
        old = "Projects/2026" if "Projects/2026" in self.names else self.names[-1]
        new = f"Projects/{dice.randrange(10**6)}"
        client.select("INBOX")
        if client.rename(f'"{old}"', f'"{new}"')[0] != "OK":
            return False
        self.names.remove(old)
        self.names.append(new)
        return True


@pytest.mark.timeout(SECONDS + 300)
def test_a_mailbox_that_never_rests_is_complete_in_the_end(
    shared_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pause in ("THOROUGH", "THOROUGH_WITH_MODSEQ"):
        monkeypatch.setattr(keeping, pause, timedelta(seconds=5))
    archive_rows.empty()
    with dovecot({ALICE: SECRET}) as server:
        account = connected(server)
        other = OtherClient(server, random.randrange(10**6), time.monotonic() + SECONDS)
        print(f"seed {other.seed}")
        with imaplib.IMAP4(server.host, server.port) as client:
            client.login(ALICE, SECRET)
            for folder in FOLDERS[1:]:
                client.create(f'"{folder}"')
        thread = threading.Thread(target=other.work)
        thread.start()
        met = asyncio.run(kept(account, SECONDS))
        thread.join()
        # Dovecot may send us away too, like any client whose folder changed too much under it.
        assert {after(kind) for kind in met} <= {After.SOON}, met
        rows = settled(server, account)
    print(f"{dict(other.done)}, {sum(other.done.values()) / SECONDS:.0f} operations a second")
    print(f"{rows} messages in {len(other.names)} folders, compared one by one: all equal")
    assert sum(other.done.values()) > SECONDS * OPERATIONS_A_SECOND * (0.5 if LONG else 0.1)


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
            await keeping.keep_in_sync(account, timezone.now, asyncio.Event(), left)
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
