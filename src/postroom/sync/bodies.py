"""Bring whole messages: those of a window just recorded, and those that became due later."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from postroom.accounts.models import EmailAccount
from postroom.archive.arrivals import Body
from postroom.archive.bodies import bodies_due, body_unavailable, store_bodies
from postroom.archive.models import Folder, ServerCopy
from postroom.archive.quarantine import quarantine
from postroom.imap.responses import FetchedMessage
from postroom.imap.uid_set import UidSet
from postroom.net.imap_client import ImapClient
from postroom.sync.database import in_database
from postroom.sync.outcomes import BrokenMessage, ReadMessage
from postroom.sync.parsing import LimitedParser
from postroom.sync.storage import matched

BATCH_MESSAGES = 100
BATCH_OCTETS = 8 * 1024 * 1024


def due_in(folder: Folder, first: int, last: int) -> dict[int, int]:
    """UID to email id of the bodies due between two UIDs of a folder."""
    due = bodies_due(folder.account_id, matched(folder.account))
    copies = ServerCopy.objects.filter(
        folder=folder,
        uidvalidity=folder.uidvalidity,
        uid__range=(first, last),
        gone_at__isnull=True,
        email__in=due,
    )
    by_email = dict(copies.values_list("email_id", "uid"))
    return {uid: email for email, uid in by_email.items()}


def due_by_folder(account: EmailAccount) -> dict[Folder, dict[int, int]]:
    """UID to email id of all due bodies, by a folder in which a copy lies."""
    due = bodies_due(account.pk, matched(account)).values("pk")
    copies = ServerCopy.objects.filter(
        email__in=due, gone_at__isnull=True, folder__gone_at__isnull=True
    ).select_related("folder__account")
    met: set[int] = set()
    found: dict[Folder, dict[int, int]] = defaultdict(dict)
    for copy in copies.order_by("-email__sent_at"):
        is_current = copy.uidvalidity == copy.folder.uidvalidity
        if copy.email_id is not None and copy.email_id not in met and is_current:
            met.add(copy.email_id)
            found[copy.folder][copy.uid] = copy.email_id
    return found


async def bring_bodies(
    client: ImapClient,
    parser: LimitedParser,
    folder: Folder,
    emails: Mapping[int, int],
    now: datetime,
) -> AsyncIterator[int]:
    """Fetch, keep and read the bodies of these emails (UID to id) of the open folder.

    Yields how many came, batch by batch. Needs the folder to be selected.
    """
    answers = client.uid_fetch(UidSet(emails), body=True)
    async for batch in in_batches(answers):
        await in_database(keep, parser, folder, emails, batch, now)
        yield len(batch)


async def in_batches(
    messages: AsyncIterator[FetchedMessage],
) -> AsyncIterator[list[FetchedMessage]]:
    """Group messages so that neither their number nor their octets grow without bound."""
    batch: list[FetchedMessage] = []
    octets = 0
    async for message in messages:
        batch.append(message)
        octets += message.weight
        if len(batch) >= BATCH_MESSAGES or octets >= BATCH_OCTETS:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch


def keep(
    parser: LimitedParser,
    folder: Folder,
    emails: Mapping[int, int],
    batch: list[FetchedMessage],
    now: datetime,
) -> None:
    """Parse a batch and store it; what breaks the parser is set aside with its bytes."""
    whole = [m for m in batch if m.body is not None and m.uid in emails]
    outcomes = parser.parse([m.body or b"" for m in whole])
    read = []
    for message, outcome in zip(whole, outcomes, strict=True):
        if isinstance(outcome, BrokenMessage):
            quarantine(folder, message.uid, outcome.reason, now, message.body)
        else:
            read.append(body_of(emails[message.uid], message, outcome))
    store_bodies(folder.account_id, read)
    unread = {emails[m.uid] for m in batch if m.uid in emails} - {body.email_id for body in read}
    if unread:
        body_unavailable(sorted(unread), folder.account_id)


def body_of(email_id: int, message: FetchedMessage, read: ReadMessage) -> Body:
    """A message's bytes with what a list shows of them."""
    return Body(email_id, message.body or b"", read.snippet, read.has_attachments)
