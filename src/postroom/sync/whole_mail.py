"""Storage mode *everything*: fetch each message once, whole, and record it with its body.

While one batch is written, the next is parsed in its process and the one after comes in.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from postroom.archive.arrivals import Arrival, Stored
from postroom.archive.bodies import store_bodies, without_body
from postroom.archive.models import Folder
from postroom.archive.quarantine import quarantine
from postroom.archive.raw import keep_raw
from postroom.archive.record import known_ids, moment
from postroom.archive.replayable import replayable
from postroom.archive.search_writing import WithWords, write_at_once
from postroom.imap.responses import FetchedMessage
from postroom.imap.uid_set import UidSet
from postroom.net.fetch_stream import FetchStream
from postroom.net.imap_client import ImapClient
from postroom.sync.beside import OneBeside
from postroom.sync.bodies import NOT_ANNOUNCED, body_of, in_batches
from postroom.sync.database import in_database
from postroom.sync.outcomes import BrokenMessage, ReadMessage
from postroom.sync.reading import Read, arrivals_of
from postroom.sync.recording import record_each
from postroom.sync.storage import as_kept
from postroom.sync.visit import Visit

Came = tuple[FetchedMessage, ReadMessage]
Asked = tuple[UidSet, FetchStream]  # Which messages, and what comes of them.


async def bring_whole(
    visit: Visit,
    folder: Folder,
    windows: Iterable[UidSet],
    *,
    for_search: bool = False,
) -> int:
    """Bring windows of messages; returns how many came whole."""
    asked = asked_ahead(partial(ask_for, visit.client), windows)
    async with OneBeside() as writing:
        return await bring_asked(visit, folder, asked, writing, for_search=for_search)


async def bring_asked(
    visit: Visit,
    folder: Folder,
    asked: Iterable[Asked],
    writing: OneBeside,
    *,
    sets_aside: bool = True,
    for_search: bool = False,
) -> int:
    """Have what was asked for recorded, `for_search` with its words; returns how many came whole.

    One that is too large to be brought whole is left to the envelope's way, and so is one that
    breaks the parser unless this `sets_aside`.
    """
    parse = visit.parser.parse_with_words if for_search else visit.parser.parse
    brought: set[int] = set()
    for window, answers in asked:
        async for batch in in_batches(answers):
            whole = [m for m in batch if m.uid in window and m.body]
            outcomes = await visit.have_read(parse, [m.body or b"" for m in whole])
            read = list(zip(whole, outcomes, strict=True))
            if not sets_aside:
                read = [one for one in read if not isinstance(one[1], BrokenMessage)]
            await writing.begin(write(visit, folder, read))
            brought.update(m.uid for m, _ in read)
    return len(brought)


def ask_for(client: ImapClient, window: UidSet) -> FetchStream:
    """Ask for whole messages."""
    return client.uid_fetch(window, flags=True, internal_date=True, size=True, body=True)


def asked_ahead(ask: Callable[[UidSet], FetchStream], windows: Iterable[UidSet]) -> Iterator[Asked]:
    """Each window with what comes of it; the next one is asked for before, so none is waited for.

    How much may come unread, the connection bounds.
    """
    asked: Asked | None = None
    for window in windows:
        answers = ask(window)
        if asked:
            yield asked
        asked = window, answers
    if asked:
        yield asked


async def write(visit: Visit, folder: Folder, read: Sequence[Read]) -> None:
    """Keep a batch and count it."""
    visit.mark_untold(folder, (message for message, _ in read))
    await in_database(keep_whole, folder, read, visit.clock())
    await visit.progress.found(bodies=len(read))
    await visit.progress.done(messages=len(read), bodies=len(read))


@replayable()
def keep_whole(
    folder: Folder, came: Sequence[Read], now: datetime, came_at: datetime | None = None
) -> None:
    """Record a batch and store its bodies; what broke the parser is set aside with its bytes.

    They `came_at` this moment, where the server does not tell when (POP3).
    """
    read: list[Came] = []
    for message, outcome in came:
        if isinstance(outcome, BrokenMessage):
            arrived_at = message.internal_date
            quarantine(folder, message.uid, outcome.reason, now, message.body, arrived_at)
        else:
            read.append((message, outcome))
    kept, only = as_kept(folder.account, arrivals_of(read, came_at))
    arrivals = with_bodies(folder.account_id, kept, read)
    new = record_each(folder, arrivals, only)
    together = list(zip(arrivals, read, strict=True))
    keep_words(folder.account_id, new, together)
    store_those_known(folder.account_id, together)
    if len(new) < len(arrivals):
        whole = [message for message, _ in read]
        stored = [(a, m) for a, m in zip(arrivals, whole, strict=True) if a.stored]
        set_aside_unknown(folder, stored, now)


def keep_words(
    account_id: int, new: Mapping[int, int], came: Sequence[tuple[Arrival, Came]]
) -> None:
    """Write the words of new emails, if they were read with them.

    Of two messages given for one UID either may be the one that was recorded: both are read again.
    """
    if not any(read.words for _, (_, read) in came):
        return
    given = Counter(arrival.uid for arrival, _ in came)
    words: dict[int, WithWords | None] = dict.fromkeys(new.values())
    for arrival, (_, read) in came:
        pk = new.get(arrival.uid)
        if pk and read.words and arrival.stored and given[arrival.uid] == 1:
            sent_at = moment(read.entry.sent_at, arrival.received_at)
            words[pk] = WithWords(sent_at, read.words)
    write_at_once(account_id, words)


def with_bodies(
    account_id: int,
    kept: Sequence[Arrival],
    read: Sequence[Came],
) -> list[Arrival]:
    """The arrivals, with the body of each that is due and not known yet stored: raw first."""
    arrivals = list(kept)
    known = known_ids(account_id, [arrival.identity for arrival in arrivals])
    fresh = [n for n, a in enumerate(arrivals) if a.is_due and a.identity not in known]
    digests = keep_raw([read[n][0].body or b"" for n in fresh])
    for n, digest in zip(fresh, digests, strict=True):
        outcome = read[n][1]
        stored = Stored(digest, outcome.snippet, outcome.has_attachments)
        arrivals[n] = arrivals[n]._replace(stored=stored, is_due=False)
    return arrivals


def store_those_known(account_id: int, came: Sequence[tuple[Arrival, Came]]) -> None:
    """Keep the bodies of emails of which only the envelope was here.

    They came once, and nobody knows whether they come again: the UID may soon be another's.
    """
    due = {arrival.identity: one for arrival, one in came if arrival.is_due}
    if not due:
        return
    known = known_ids(account_id, list(due))
    absent = set(without_body(known.values()))
    bodies = [body_of(pk, *due[identity]) for identity, pk in known.items() if pk in absent]
    if bodies:
        store_bodies(account_id, bodies)


def set_aside_unknown(
    folder: Folder, came: Sequence[tuple[Arrival, FetchedMessage]], now: datetime
) -> None:
    """Of two messages given for one UID one is recorded; the other is kept here, with its bytes."""
    known = known_ids(folder.account_id, [arrival.identity for arrival, _ in came])
    for arrival, message in came:
        if arrival.identity not in known:
            quarantine(folder, message.uid, NOT_ANNOUNCED, now, message.body, message.internal_date)
