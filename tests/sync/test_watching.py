"""What is heard in the Inbox, and where it has Postroom look."""

import asyncio
import imaplib
import statistics
from collections.abc import Collection

import pytest
from django.utils import timezone

from cast import message
from journeys.installation import ALICE, SECRET
from postroom.accounts.lifecycle import pause
from postroom.archive.models import Email, ServerCopy
from postroom.imap.responses import Exists, Expunged, Vanished
from postroom.imap.uid_set import UidSet
from postroom.net.notices import ElsewhereChanged, FlagsChanged, Notice
from postroom.sync import watching
from postroom.sync.bell import Bell
from postroom.sync.database import in_database
from postroom.sync.keeping import keep_in_sync
from postroom.sync.watching import Heard, what_is_told
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected

FLAGS = FlagsChanged(1, frozenset({"\\Seen"}))
TOLD: dict[str, tuple[Collection[Notice], Heard]] = {
    "nothing": ((), Heard()),
    "new mail": ((Exists(2), FLAGS), Heard(inbox=True)),
    "a mail left": ((Expunged(1),), Heard(inbox=True, elsewhere=True)),
    "mail left, by UID": ((Vanished(UidSet([1])), Exists(0)), Heard(inbox=True, elsewhere=True)),
    "another folder": ((ElsewhereChanged(b"Archive"),), Heard(elsewhere=True)),
}


@pytest.mark.parametrize("case", TOLD.values(), ids=TOLD)
def test_what_left_the_inbox_is_looked_for_everywhere(
    case: tuple[Collection[Notice], Heard],
) -> None:
    notices, heard = case
    assert what_is_told(notices, is_rung=False) == heard


@pytest.mark.usefixtures("transactional_db")
def test_without_notify_a_mail_that_was_moved_is_seen_before_the_next_poll() -> None:
    """The Inbox alone is heard of, and all folders are looked at every twenty seconds."""
    with dovecot({ALICE: SECRET}, capability="IMAP4rev1 LITERAL+ IDLE MOVE UIDPLUS") as server:
        server.add(ALICE, "INBOX", [message("Offer", from_="a@x.example")])
        account = connected(server)

        async def play() -> float:
            keeping = asyncio.create_task(keep_in_sync(account, timezone.now, bell := Bell(), 120))
            await until_in("INBOX")
            await asyncio.sleep(1)  # It listens.
            await asyncio.to_thread(move, server.host, server.port)
            begun = asyncio.get_running_loop().time()
            await until_in("Archive")
            took = asyncio.get_running_loop().time() - begun
            await in_database(pause, account)
            bell.set()
            await asyncio.wait_for(keeping, 30)
            return took

        seconds = asyncio.run(play())
    print(f"{seconds:.1f} s")
    assert seconds < 15


@pytest.mark.usefixtures("transactional_db")
def test_without_notify_what_another_program_sends_shows_within_two_seconds_while_one_looks() -> (
    None
):
    with dovecot({ALICE: SECRET}, capability="IMAP4rev1 LITERAL+ IDLE UIDPLUS") as server:
        server.add(ALICE, "INBOX", [message("Offer", from_="a@x.example")])
        server.add(ALICE, "Sent", [message("Before", from_=ALICE)])
        account = connected(server)

        async def play() -> list[float]:
            keeping = asyncio.create_task(keep_in_sync(account, timezone.now, bell := Bell(), 120))
            await until_in("Sent")
            bell.note_sight()
            await asyncio.sleep(2)
            took = [await seconds_to_show(server, f"Sent {number}") for number in range(5)]
            await in_database(pause, account)
            bell.set()
            await asyncio.wait_for(keeping, 30)
            return took

        seconds = asyncio.run(play())
    print(", ".join(f"{one:.1f} s" for one in seconds))
    assert statistics.median(seconds) < 2


async def seconds_to_show(server: Dovecot, subject: str) -> float:
    """Another program keeps what it sent in Sent; how long it takes to be here."""
    begun = asyncio.get_running_loop().time()
    server.add(ALICE, "Sent", [message(subject, from_=ALICE)])
    emails = Email.objects.filter(subject=subject)
    while not await in_database(emails.exists):  # noqa: ASYNC110 - rows ring no event
        await asyncio.sleep(0.05)
    return asyncio.get_running_loop().time() - begun


@pytest.mark.usefixtures("transactional_db")
def test_an_inbox_that_never_rests_keeps_no_other_folder_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "POLL_SECONDS", 2.0)
    with dovecot({ALICE: SECRET}, capability="IMAP4rev1 LITERAL+ IDLE") as server:
        server.add(ALICE, "INBOX", [message("Offer", from_="a@x.example")])
        account = connected(server)

        async def play() -> None:
            keeping = asyncio.create_task(keep_in_sync(account, timezone.now, bell := Bell(), 120))
            await until_in("INBOX")
            resting = asyncio.Event()
            changing = asyncio.create_task(change_for_ever(server.host, server.port, resting))
            await asyncio.sleep(1)
            server.add(ALICE, "Archive", [message("Filed", from_="a@x.example")])
            await until_in("Archive")
            assert not changing.done()
            resting.set()
            await changing
            await in_database(pause, account)
            bell.set()
            await asyncio.wait_for(keeping, 30)

        asyncio.run(play())


async def change_for_ever(host: str, port: int, resting: asyncio.Event) -> None:
    """Alice's phone flags a mail in the Inbox and takes the flag away, three times a second."""
    with imaplib.IMAP4(host, port) as phone:
        phone.login(ALICE, SECRET)
        phone.select()
        while not resting.is_set():
            for sign in "+-":
                await asyncio.to_thread(phone.store, "1", f"{sign}FLAGS", r"(\Flagged)")
                await asyncio.sleep(0.3)


async def until_in(folder: str) -> None:
    """Wait until the mail is recorded in this folder."""
    copies = ServerCopy.objects.filter(folder__name=folder, gone_at__isnull=True)
    async with asyncio.timeout(60):
        while not await in_database(copies.exists):  # noqa: ASYNC110 - rows ring no event
            await asyncio.sleep(0.05)


def move(host: str, port: int) -> None:
    """Alice's phone moves it."""
    with imaplib.IMAP4(host, port) as phone:
        phone.login(ALICE, SECRET)
        phone.select()
        phone._simple_command("MOVE", "1", "Archive")
