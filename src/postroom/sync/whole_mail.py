"""Storage mode *everything*: fetch each message once, whole, and record it with its body.

While one batch is written, the next is parsed in its process and the one after comes in.
"""

from collections.abc import Sequence
from datetime import datetime

from postroom.archive.arrivals import Arrival
from postroom.archive.bodies import store_bodies
from postroom.archive.models import Folder
from postroom.archive.quarantine import quarantine
from postroom.archive.record import known_ids
from postroom.archive.replayable import replayable
from postroom.imap.responses import FetchedMessage
from postroom.imap.uid_set import UidSet
from postroom.sync.beside import OneBeside
from postroom.sync.bodies import NOT_ANNOUNCED, body_of, in_batches
from postroom.sync.database import in_database
from postroom.sync.outcomes import BrokenMessage, Outcome, ReadMessage
from postroom.sync.reading import whole_arrival_of
from postroom.sync.recording import record_each
from postroom.sync.visit import Visit


async def bring_whole(visit: Visit, folder: Folder, window: UidSet) -> int:
    """Bring a window of messages; returns how many came whole.

    One that is too large to be brought whole is left to the envelope's way.
    """
    answers = visit.client.uid_fetch(window, flags=True, internal_date=True, size=True, body=True)
    brought: set[int] = set()
    async with OneBeside() as writing:
        async for batch in in_batches(answers):
            whole = [m for m in batch if m.uid in window and m.body]
            outcomes = await in_database(visit.parser.parse, [m.body or b"" for m in whole])
            await writing.begin(write(visit, folder, whole, outcomes))
            brought.update(m.uid for m in whole)
    return len(brought)


async def write(
    visit: Visit, folder: Folder, whole: Sequence[FetchedMessage], outcomes: Sequence[Outcome]
) -> None:
    """Keep a batch and count it."""
    await in_database(keep_whole, folder, whole, outcomes, visit.clock())
    await visit.progress.found(bodies=len(whole))
    await visit.progress.done(messages=len(whole), bodies=len(whole))


@replayable()
def keep_whole(
    folder: Folder,
    whole: Sequence[FetchedMessage],
    outcomes: Sequence[Outcome],
    now: datetime,
) -> None:
    """Record a batch and store its bodies; what broke the parser is set aside with its bytes."""
    read: list[tuple[FetchedMessage, ReadMessage]] = []
    for message, outcome in zip(whole, outcomes, strict=True):
        if isinstance(outcome, BrokenMessage):
            came = message.internal_date
            quarantine(folder, message.uid, outcome.reason, now, message.body, came)
        else:
            read.append((message, outcome))
    arrivals = [whole_arrival_of(message, outcome) for message, outcome in read]
    new = record_each(folder, arrivals, None)
    bodies = [body_of(new[m.uid], m, outcome) for m, outcome in read if m.uid in new]
    store_bodies(folder.account_id, bodies)
    surprising = [
        (arrival, message)
        for arrival, (message, _) in zip(arrivals, read, strict=True)
        if message.uid not in new
    ]
    if surprising:
        set_aside_unknown(folder, surprising, now)


def set_aside_unknown(
    folder: Folder, surprising: Sequence[tuple[Arrival, FetchedMessage]], now: datetime
) -> None:
    """Of two messages given for one UID one is recorded; the other is kept here, with its bytes."""
    known = known_ids(folder.account_id, [arrival.identity for arrival, _ in surprising])
    for arrival, message in surprising:
        if arrival.identity not in known:
            quarantine(folder, message.uid, NOT_ANNOUNCED, now, message.body, message.internal_date)
