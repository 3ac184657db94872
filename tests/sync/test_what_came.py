"""What a server gave is kept, whatever it says or does afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from django.utils import timezone

from cast import NOON, account_of, arrival, folder_of, message, received
from postroom.archive.folders import renumber
from postroom.archive.ledger import bury_before_renumbering, miss
from postroom.archive.models import BodyState, Email, Folder, Quarantine
from postroom.archive.quarantine import quarantine, quarantined_uids
from postroom.archive.raw import bytes_of
from postroom.archive.record import record
from postroom.imap.responses import FetchedMessage
from postroom.net.errors import CommandRefused
from postroom.sync.beside import OneBeside
from postroom.sync.bodies import NOT_ANNOUNCED, in_batches
from postroom.sync.retrying import OF_NO_PLACE, retry
from postroom.sync.suspects import acquit, suspect
from postroom.sync.whole_mail import keep_whole
from postroom.team.models import StorageMode, User
from torture.visiting import ParserWithoutProcess


async def refused_half_way() -> AsyncIterator[FetchedMessage]:
    """A FETCH that is refused after three messages."""
    for uid in (1, 2, 3):
        yield FetchedMessage(sequence=uid, uid=uid, body=b"whole")
    raise CommandRefused(None, "something broke")


async def test_what_came_before_a_refusal_is_handed_over() -> None:
    batches = []

    async def take() -> None:
        async for batch in in_batches(refused_half_way(), 2):
            batches.append([message.uid for message in batch])

    with pytest.raises(CommandRefused):
        await take()
    assert batches == [[1, 2], [3]]


@pytest.mark.parametrize("error", [CommandRefused(None, "no"), ValueError()])
async def test_what_was_begun_before_a_failure_is_finished(error: Exception) -> None:
    done = []

    async def write() -> None:
        await asyncio.sleep(0.01)
        done.append("written")

    async def work() -> None:
        async with OneBeside() as writing:
            await writing.begin(write())
            raise error

    with pytest.raises(type(error)):
        await work()
    assert done == ["written"]


async def test_who_is_cancelled_begins_nothing_more_and_waits_for_nothing() -> None:
    done = []

    async def write() -> None:
        await asyncio.sleep(60)
        done.append("written")

    async def work() -> None:
        async with OneBeside() as writing:
            await writing.begin(write())
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    assert done == []


def test_of_two_messages_given_for_one_uid_both_are_kept(db: None) -> None:
    folder = folder_of(account_of(User.objects.create(email="alice@example.com")))
    now = timezone.now()
    assert quarantine(folder, 7, "It is odd.", now, None)
    came = [None, b"first", b"first", b"second", None, b"second"]
    assert not any(quarantine(folder, 7, "It is odd.", now, raw) for raw in came)
    kept = Quarantine.objects.filter(folder=folder).select_related("raw")
    assert sorted(bytes_of(entry.raw) for entry in kept if entry.raw) == [b"first", b"second"]
    assert kept.count() == 2
    assert quarantined_uids(folder) == {7}


def test_a_body_that_comes_for_a_known_envelope_is_kept(db: None) -> None:
    account = account_of(User.objects.create(email="alice@example.com"))
    account.storage = StorageMode.EVERYTHING
    account.save()
    folder, raw = folder_of(account), message("Known already")
    record(folder, folder.uidvalidity, [arrival(raw, uid=5)])
    came = FetchedMessage(sequence=1, uid=40, internal_date=NOON, size=9, body=raw)
    keep_whole(folder, [(came, *ParserWithoutProcess().parse([raw]))], NOON)
    email = Email.objects.select_related("raw").get()
    assert email.body_state == BodyState.STORED
    assert not email.body_due
    assert email.raw is not None
    assert bytes_of(email.raw) == raw


def leave_by_another_numbering(folder: Folder) -> None:
    """The server numbers the folder anew, and then as before."""
    before = folder.uidvalidity
    for number in (before + 1, before):
        renumber(folder, number)
        bury_before_renumbering(folder, NOON)


def leave_by_a_short_listing(folder: Folder) -> None:
    """The server lists the UID no more."""
    miss(folder, [7], NOON)


@pytest.mark.parametrize("leave", [leave_by_another_numbering, leave_by_a_short_listing])
def test_bytes_given_in_anothers_place_outlast_that_place(
    db: None, leave: Callable[[Folder], None]
) -> None:
    folder = folder_of(account_of(User.objects.create(email="alice@example.com")))
    strange, unread = message("strange"), message("unread")
    announced = arrival(message("announced"), uid=7)
    for _ in range(2):  # Again, to the same end.
        record(folder, folder.uidvalidity, [announced])
        quarantine(folder, 7, NOT_ANNOUNCED, NOON, strange)
        quarantine(folder, 8, "It broke the parser.", NOON, unread)
        leave(folder)
        miss(folder, [8], NOON)
        [entry] = Quarantine.objects.select_related("raw", "folder__account")
        assert entry.raw is not None
        assert bytes_of(entry.raw) == strange
        assert quarantined_uids(folder) == set()

    parser = ParserWithoutProcess()
    assert not retry(entry, parser, NOON)
    assert Quarantine.objects.get().reason == OF_NO_PLACE
    record(folder, folder.uidvalidity, [arrival(strange, uid=9)])
    assert retry(entry, parser, NOON)
    assert Email.objects.get(subject="strange").body_state == BodyState.STORED
    assert not Quarantine.objects.exists()


def test_bytes_that_became_an_email_leave_with_the_place(db: None) -> None:
    account = account_of(User.objects.create(email="alice@example.com"))
    folder, raw = folder_of(account), message("strange")
    record(folder, folder.uidvalidity, [arrival(message("announced"), uid=7)])
    quarantine(folder, 7, NOT_ANNOUNCED, NOON, raw)
    received(account, raw)
    miss(folder, [7], NOON)
    assert not Quarantine.objects.exists()


def test_who_is_acquitted_keeps_the_bytes_that_came(db: None) -> None:
    folder, raw = folder_of(account_of(User.objects.create(email="alice@example.com"))), b"strange"
    suspect(folder, 7, NOON)
    quarantine(folder, 7, NOT_ANNOUNCED, NOON, raw)
    acquit(folder, {7})
    entry = Quarantine.objects.select_related("raw").get()
    assert entry.reason == NOT_ANNOUNCED
    assert entry.raw is not None
    assert bytes_of(entry.raw) == raw
