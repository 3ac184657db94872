"""Bring what is new in one folder: newest first, window by window, envelopes then bodies."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from postroom.archive.arrivals import Flags
from postroom.archive.folders import renumber
from postroom.archive.ledger import recorded_flags
from postroom.archive.models import Folder
from postroom.archive.quarantine import quarantine, quarantined_uids
from postroom.imap.commands.mailbox import Selected
from postroom.imap.uid_set import UidSet
from postroom.mime import HEADER_FIELDS
from postroom.net.errors import CommandRefused
from postroom.net.fetch_stream import FetchStream
from postroom.net.imap_client import ImapClient
from postroom.sync.beside import OneBeside
from postroom.sync.bodies import bring_bodies
from postroom.sync.database import in_database
from postroom.sync.outcomes import BrokenMessage
from postroom.sync.reading import Read, arrivals_of
from postroom.sync.recording import record_each
from postroom.sync.refused import Sieve
from postroom.sync.storage import as_kept, storage_mode
from postroom.sync.visit import Visit, numbering
from postroom.sync.whole_mail import bring_whole
from postroom.team.models import StorageMode

WINDOW = 500
AHEAD = 2  # Windows; a server with a cold cache opens every message.

NOT_GIVEN = "The server lists this message but does not give it."


@dataclass(slots=True)
class FolderView:
    """What a pass saw of a folder: the server's snapshot, its UIDs, and the ledger before."""

    folder: Folder
    selected: Selected
    uids: UidSet
    ledger: dict[int, Flags]
    is_complete: bool = False


async def look_at(visit: Visit, folder: Folder) -> FolderView:
    """Open a folder and take down which UIDs are on the server."""
    selected = await visit.examine(folder)
    if folder.uidvalidity != numbering(selected):
        await in_database(renumber, folder, numbering(selected))
    uids = await visit.client.uid_search_all()
    return FolderView(folder, selected, uids, await in_database(recorded_flags, folder))


async def unknown_to(view: FolderView) -> UidSet:
    """What is on the server and neither recorded nor set aside, as far as the view knows."""
    unknown = view.uids - UidSet(view.ledger)
    return (
        unknown - UidSet(await in_database(quarantined_uids, view.folder)) if unknown else unknown
    )


async def bring_new_mail(visit: Visit, folder: Folder, new: UidSet) -> bool:
    """Record these messages of the open folder; returns whether all of them are accounted for."""
    if new:
        visit.parser.begin()
    await visit.progress.found(messages=len(new))
    if await in_database(storage_mode, visit.account) == StorageMode.EVERYTHING:
        if await is_brought_whole(visit, folder, new):
            return True
        new = await in_database(unaccounted, folder, new)
    answered = await bring_envelopes(visit, folder, new.windows_newest_first(WINDOW))
    return answered == len(new) or await ask_again(visit, folder, new)


async def is_brought_whole(visit: Visit, folder: Folder, new: UidSet) -> bool:
    """Bring them whole; which of them a server refuses is found out by envelopes."""
    with suppress(CommandRefused):
        windows = new.windows_newest_first(WINDOW)
        return await bring_whole(visit, folder, windows, for_search=True) == len(new)
    return False


async def bring_envelopes(visit: Visit, folder: Folder, windows: Iterable[UidSet]) -> int:
    """Every envelope, and the bodies due among them while the next envelopes are recorded."""
    answered, sieve = 0, sieve_of(visit, folder)
    async with OneBeside() as bodies:
        async for read in looking_ahead(visit, sieve, windows):
            answered += len(read)
            due = await keep_window(visit, folder, read)
            await bodies.begin(bring_window_bodies(visit, folder, due))
    await sieve.set_aside()
    return answered


def sieve_of(visit: Visit, folder: Folder) -> Sieve:
    """Asks who, when and what about."""
    return Sieve(visit, folder, partial(ask_for_envelopes, visit.client))


def ask_for_envelopes(client: ImapClient, uids: UidSet) -> FetchStream:
    """The question."""
    return client.uid_fetch(
        uids, flags=True, internal_date=True, size=True, header_fields=HEADER_FIELDS
    )


async def looking_ahead(
    visit: Visit, sieve: Sieve, windows: Iterable[UidSet]
) -> AsyncIterator[list[Read]]:
    """The envelopes of each window; the next ones are fetched and read while one is recorded."""
    ahead: deque[asyncio.Task[list[Read]]] = deque()
    try:
        for window in windows:
            ahead.append(asyncio.create_task(envelopes(visit, sieve, window)))
            if len(ahead) > AHEAD:
                yield await ahead.popleft()
        while ahead:
            yield await ahead.popleft()
    finally:
        for task in ahead:
            task.cancel()


async def envelopes(visit: Visit, sieve: Sieve, window: UidSet) -> list[Read]:
    """Fetch and read who, when and what about of a window of UIDs."""
    answers = sieve.messages(window)
    # A message answered twice counts once. An empty header is no answer: a true one holds at
    # least the line that ends it.
    found = {m.uid: m async for m in answers if m.uid in window and m.header}
    if not found:
        return []
    headers = [m.header or b"" for m in found.values()]
    outcomes = await visit.have_read(visit.parser.parse_headers, headers)
    return list(zip(found.values(), outcomes, strict=True))


async def keep_window(visit: Visit, folder: Folder, read: list[Read]) -> dict[int, int]:
    """Record a window; returns UID to email id of the bodies due in it."""
    visit.mark_untold(folder, (message for message, _ in read))
    due = await in_database(record_window, folder, read, visit.clock()) if read else {}
    await visit.progress.done(messages=len(read))
    return due


async def bring_window_bodies(visit: Visit, folder: Folder, due: dict[int, int]) -> None:
    """Bring the bodies due in a window."""
    if not due:
        return
    await visit.progress.found(bodies=len(due))
    async for count in bring_bodies(visit, folder, due):
        await visit.progress.done(bodies=count)


def record_window(folder: Folder, read: Sequence[Read], now: datetime) -> dict[int, int]:
    """Record what was read; returns UID to email id of the bodies due.

    A header that breaks the parser is set aside.
    """
    for message, outcome in read:
        if isinstance(outcome, BrokenMessage):
            quarantine(folder, message.uid, outcome.reason, now, None)
    kept, only = as_kept(folder.account, arrivals_of(read))
    new = record_each(folder, kept, only)
    return {a.uid: new[a.uid] for a in kept if a.is_due and a.uid in new}


async def ask_again(visit: Visit, folder: Folder, new: UidSet) -> bool:
    """Ask one by one for what a window did not bring; what is listed but never given is set aside.

    Returns whether the ledger now accounts for every UID.
    """
    unanswered = await in_database(unaccounted, folder, new)
    await bring_envelopes(visit, folder, unanswered.windows_newest_first(1))
    listed = await visit.client.uid_search_all()
    for uid in await in_database(unaccounted, folder, unanswered & listed):
        await in_database(quarantine, folder, uid, NOT_GIVEN, visit.clock(), None)
    return True


def unaccounted(folder: Folder, uids: UidSet) -> UidSet:
    """Those of some UIDs that are neither recorded nor set aside."""
    return uids - UidSet(recorded_flags(folder)) - UidSet(quarantined_uids(folder))
