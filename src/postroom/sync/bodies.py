"""Bring whole messages: those of a window just recorded, and those that became due later."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from postroom.accounts.models import EmailAccount
from postroom.archive.arrivals import Body
from postroom.archive.bodies import bodies_due, body_unavailable, is_aside, places, store_bodies
from postroom.archive.models import Folder
from postroom.archive.quarantine import quarantine
from postroom.archive.record import known_ids
from postroom.imap.responses import FetchedMessage
from postroom.imap.uid_set import UidSet
from postroom.net.errors import NetError
from postroom.net.fetch_stream import FetchStream
from postroom.net.imap_client import ImapClient
from postroom.sync.database import in_database
from postroom.sync.outcomes import BrokenMessage, Outcome, ReadMessage
from postroom.sync.parsing import LimitedParser
from postroom.sync.reading import possible_identities
from postroom.sync.refused import Sieve
from postroom.sync.visit import Visit

BATCH_MESSAGES = 200
BATCH_OCTETS = 8 * 1024 * 1024
TOO_LARGE = "It is larger than any message that is kept here."
NOT_ANNOUNCED = "The server gave it in place of a message with another header."


def due_by_folder(account: EmailAccount) -> dict[Folder, dict[int, int]]:
    """UID to email id of all due bodies, by a folder in which a copy lies."""
    copies = places().filter(email__in=bodies_due(account.pk).values("pk"))
    met: set[int] = set()
    found: dict[Folder, dict[int, int]] = defaultdict(dict)
    newest_first = copies.select_related("folder__account").order_by(is_aside(), "-email__sent_at")
    for copy in newest_first:
        if copy.email_id is not None and copy.email_id not in met:
            met.add(copy.email_id)
            found[copy.folder][copy.uid] = copy.email_id
    return found


async def bring_bodies(
    visit: Visit, folder: Folder, emails: Mapping[int, int]
) -> AsyncIterator[int]:
    """Fetch, keep and read the bodies of these emails (UID to id) of the open folder.

    Yields how many came, batch by batch. Needs the folder to be selected.
    """
    sieve = Sieve(visit, folder, partial(ask_for_bodies, visit.client))
    async for batch in in_batches(sieve.messages(UidSet(emails))):
        await in_database(keep, visit.parser, folder, emails, batch, visit.clock())
        yield len(batch)
    if refused := [emails[uid] for uid in await sieve.set_aside()]:
        await in_database(body_unavailable, refused, folder.account_id)


def ask_for_bodies(client: ImapClient, uids: UidSet) -> FetchStream:
    """The question."""
    return client.uid_fetch(uids, internal_date=True, size=True, body=True)


async def in_batches(
    messages: AsyncIterator[FetchedMessage], most: int | None = None
) -> AsyncIterator[list[FetchedMessage]]:
    """Group messages so that neither their number nor their octets grow without bound.

    What came before the server refused the rest, or went away, came all the same.
    """
    batch: list[FetchedMessage] = []
    octets = 0
    try:
        async for message in messages:
            batch.append(message)
            octets += message.weight
            if len(batch) >= (most or BATCH_MESSAGES) or octets >= BATCH_OCTETS:
                yield batch
                batch, octets = [], 0
    except NetError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def keep(
    parser: LimitedParser,
    folder: Folder,
    emails: Mapping[int, int],
    batch: list[FetchedMessage],
    now: datetime,
) -> None:
    """Parse a batch and store each message under the email whose header it carries.

    What breaks the parser is set aside with its bytes, and so is a message that nobody announced:
    a server that numbers anew in mid-session answers for a UID with another's mail.
    """
    whole = [m for m in batch if m.body and m.uid in emails]
    outcomes = parser.parse([m.body or b"" for m in whole])
    homes = homes_of(folder.account_id, whole, outcomes)
    too_large = {m.uid for m in batch if m.too_large}
    for uid in too_large:
        quarantine(folder, uid, TOO_LARGE, now, None)
    hopeless = set(too_large)
    read = []
    for message, outcome, home in zip(whole, outcomes, homes, strict=True):
        if isinstance(outcome, ReadMessage) and home is not None:
            read.append(body_of(home, message, outcome))
            continue
        is_broken = isinstance(outcome, BrokenMessage)
        reason = outcome.reason if isinstance(outcome, BrokenMessage) else NOT_ANNOUNCED
        is_first = quarantine(folder, message.uid, reason, now, message.body, message.internal_date)
        if is_broken or not is_first:
            hopeless.add(message.uid)
    store_bodies(folder.account_id, longest_of_each(read))
    body_unavailable([emails[uid] for uid in hopeless if uid in emails], folder.account_id)


def homes_of(
    account_id: int, messages: Sequence[FetchedMessage], outcomes: Sequence[Outcome]
) -> list[int | None]:
    """The email to which each message belongs by its own header, if one is known."""
    identities = [
        possible_identities(message, outcome) if isinstance(outcome, ReadMessage) else ()
        for message, outcome in zip(messages, outcomes, strict=True)
    ]
    known = known_ids(account_id, [identity for some in identities for identity in some])
    return [next((known[i] for i in some if i in known), None) for some in identities]


def longest_of_each(bodies: Sequence[Body]) -> list[Body]:
    """One body an email: of several answers, one may have been cut short."""
    longest: dict[int, Body] = {}
    for body in sorted(bodies, key=lambda body: len(body.raw)):
        longest[body.email_id] = body
    return list(longest.values())


def body_of(email_id: int, message: FetchedMessage, read: ReadMessage) -> Body:
    """A message's bytes with what a list shows of them."""
    return Body(email_id, message.body or b"", read.snippet, read.has_attachments)
