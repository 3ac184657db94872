"""Storage mode *everything*: fetch each message once, whole, and record it with its body.

While one batch is written, the next is parsed in its process and the one after comes in.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from postroom.archive.arrivals import Arrival, Stored
from postroom.archive.models import Folder
from postroom.archive.quarantine import quarantine
from postroom.archive.raw import keep_raw
from postroom.archive.record import known_ids
from postroom.archive.replayable import replayable
from postroom.imap.responses import FetchedMessage
from postroom.imap.uid_set import UidSet
from postroom.net.fetch_stream import FetchStream
from postroom.sync.beside import OneBeside
from postroom.sync.bodies import NOT_ANNOUNCED, in_batches
from postroom.sync.database import in_database
from postroom.sync.outcomes import BrokenMessage, Outcome, ReadMessage
from postroom.sync.reading import arrival_of
from postroom.sync.recording import record_each
from postroom.sync.visit import Visit


async def bring_whole(visit: Visit, folder: Folder, windows: Iterable[UidSet]) -> int:
    """Bring windows of messages; returns how many came whole.

    One that is too large to be brought whole is left to the envelope's way.
    """
    brought: set[int] = set()
    async with OneBeside() as writing:
        for window, answers in asked_ahead(visit, windows):
            async for batch in in_batches(answers):
                whole = [m for m in batch if m.uid in window and m.body]
                outcomes = await in_database(visit.parser.parse, [m.body or b"" for m in whole])
                await writing.begin(write(visit, folder, whole, outcomes))
                brought.update(m.uid for m in whole)
    return len(brought)


def asked_ahead(visit: Visit, windows: Iterable[UidSet]) -> Iterator[tuple[UidSet, FetchStream]]:
    """Each window with what comes of it; the next one is asked for before, so none is waited for.

    How much may come unread, the connection bounds.
    """
    asked: tuple[UidSet, FetchStream] | None = None
    for window in windows:
        answers = visit.client.uid_fetch(
            window, flags=True, internal_date=True, size=True, body=True
        )
        if asked:
            yield asked
        asked = window, answers
    if asked:
        yield asked


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
    arrivals = with_bodies(folder.account_id, read)
    new = record_each(folder, arrivals, None)
    if len(new) < len(arrivals):
        messages = [message for message, _ in read]
        set_aside_unknown(folder, list(zip(arrivals, messages, strict=True)), now)


def with_bodies(
    account_id: int, read: Sequence[tuple[FetchedMessage, ReadMessage]]
) -> list[Arrival]:
    """The arrivals, with the body of each that is not known yet stored: raw first, then its row."""
    arrivals = [arrival_of(message, outcome) for message, outcome in read]
    known = known_ids(account_id, [arrival.identity for arrival in arrivals])
    fresh = [n for n, arrival in enumerate(arrivals) if arrival.identity not in known]
    digests = keep_raw([read[n][0].body or b"" for n in fresh])
    for n, digest in zip(fresh, digests, strict=True):
        outcome = read[n][1]
        stored = Stored(digest, outcome.snippet, outcome.has_attachments)
        arrivals[n] = arrivals[n]._replace(stored=stored)
    return arrivals


def set_aside_unknown(
    folder: Folder, came: Sequence[tuple[Arrival, FetchedMessage]], now: datetime
) -> None:
    """Of two messages given for one UID one is recorded; the other is kept here, with its bytes."""
    known = known_ids(folder.account_id, [arrival.identity for arrival, _ in came])
    for arrival, message in came:
        if arrival.identity not in known:
            quarantine(folder, message.uid, NOT_ANNOUNCED, now, message.body, message.internal_date)
