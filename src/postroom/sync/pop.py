"""The POP3 tier: one folder, messages with lasting ids, no flags (RFC 1939).

The ledger keeps numbers, so a UIDL is one here: 63 bits of its digest, under a numbering that
never changes. Of seventy million mailboxes with half a million messages each, one has two ids
that share a number; its proof would show a message that is missing.

What is listed no more stays here: as a rule another program fetched it. Nothing is ever removed
on the server.
"""

import hashlib
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from postroom.accounts.models import EmailAccount
from postroom.archive.actions import asked_actions, finish
from postroom.archive.bodies import body_unavailable
from postroom.archive.folders import Counts, ListedFolder, keep_folders, move_cursor, renumber
from postroom.archive.ledger import note_listed, recorded_flags, recorded_uids
from postroom.archive.models import Folder, FolderRole, ServerCopy
from postroom.archive.proofs import Listing, prove
from postroom.archive.quarantine import quarantine, quarantined_uids
from postroom.imap.limits import Limits
from postroom.imap.responses import FetchedMessage
from postroom.net.errors import CommandRefused, ConnectionLost, ConnectTimedOut
from postroom.net.pop3_client import Pop3Client, Pop3Message
from postroom.sync.bodies import due_by_folder, in_batches, keep
from postroom.sync.database import in_database
from postroom.sync.holding_back import bodies_within_budget, messages_within_budget
from postroom.sync.inquiring import find_inquiries, note_answered
from postroom.sync.outcomes import BrokenMessage
from postroom.sync.parsing import LimitedParser
from postroom.sync.planning import keep_plans, newly_planned
from postroom.sync.progress import Progress
from postroom.sync.reading import arrival_of
from postroom.sync.recording import record_each
from postroom.sync.storage import as_kept, mark_due, storage_mode
from postroom.sync.surveying import pop_plan
from postroom.sync.suspects import Suspects, acquit, suspect, suspects_in
from postroom.sync.visit import ONLY_NUMBERING, Clock
from postroom.sync.wellbeing import Met, all_is_well
from postroom.sync.whole_mail import keep_whole
from postroom.team.models import StorageMode

TIER = "pop3"
INBOX = ListedFolder("INBOX", "", FolderRole.INBOX, by_default=True)
LARGEST = Limits().message
NOT_HERE = "The server gave no body for it."
TOO_LARGE = "The message is larger than {} MB, and this server does not give its header alone."


@dataclass(slots=True)
class PopVisit:
    """A signed-in session and what it lists; the listing holds until the session ends.

    `asking` is the message that is being fetched at this moment.
    """

    account: EmailAccount
    client: Pop3Client
    clock: Clock
    progress: Progress
    parser: LimitedParser
    listed: dict[int, Pop3Message] = field(default_factory=dict)
    suspects: Suspects = field(default_factory=Suspects)
    asking: int | None = None

    @property
    def gives_headers(self) -> bool:
        """Whether a header can be had without its message (TOP, RFC 1939 §7)."""
        return "TOP" in self.client.capabilities


async def pass_over_pop(visit: PopVisit) -> None:
    """Bring what is new, newest first, each with its body if that is due."""
    await in_database(finish_actions, visit.account, visit.clock())
    folder = await in_database(get_inbox, visit.account, visit.clock())
    messages = await visit.client.list_messages()
    visit.listed = {uid_of(message.uidl): message for message in messages}
    if planned := newly_planned([folder], {folder.name: pop_plan(folder.name, messages)}):
        await in_database(keep_plans, visit.account, planned)
    await in_database(note_listed, folder, visit.listed.keys(), visit.clock())
    await in_database(mark_due, visit.account)
    inquiries = await in_database(find_inquiries, visit.account)
    if inquiries:
        await in_database(forget_unkept, folder, visit.listed.keys())
    if folder.is_synced:
        await bring_everything(visit, folder)
        ids = len({message.uidl for message in messages})
        await in_database(prove_inbox, visit, folder, ids)
        counts = Counts(folder.uidvalidity, None, None, ids, None)
        await in_database(move_cursor, folder, counts, visit.clock())
    if inquiries and not visit.progress.is_held_back:
        await in_database(note_answered, visit.account, inquiries.due, visit.clock())
    await visit.progress.finish(visit.clock())
    met = Met(TIER, visit.client.capabilities, is_whole=not visit.progress.is_held_back)
    await in_database(all_is_well, visit.account, met, visit.clock())


def prove_inbox(visit: PopVisit, folder: Folder, ids: int) -> None:
    """Compare what the server listed with the ledger."""
    recorded = recorded_uids(folder)
    left_out = visit.listed.keys() - recorded if visit.progress.is_held_back else ()
    listing = Listing(visit.listed, left_out, nameless=ids - len(visit.listed))
    prove(folder, listing, recorded, visit.clock())


async def bring_everything(visit: PopVisit, folder: Folder) -> None:
    """New mail and the bodies that are due; remembers at which message the session breaks off."""
    visit.suspects = await in_database(suspects_in, folder)
    try:
        await bring_new_mail(visit, folder)
        await bring_due_bodies(visit, folder, {})
    except (ConnectionLost, ConnectTimedOut):
        if visit.asking is not None:
            await in_database(suspect, folder, visit.asking, visit.clock())
        raise
    await in_database(acquit, folder, visit.suspects.once)


def forget_unkept(folder: Folder, listed: Collection[int]) -> None:
    """Mail of which nothing was kept comes once more: POP3 cannot be asked who is on it."""
    copies = ServerCopy.objects.filter(folder=folder, uidvalidity=folder.uidvalidity)
    copies.filter(email__isnull=True, uid__in=listed).delete()


def finish_actions(account: EmailAccount, now: datetime) -> None:
    """What was read here is read here alone: a POP3 server knows nothing of it."""
    for action in asked_actions(account.pk):
        finish(action, now)


def get_inbox(account: EmailAccount, now: datetime) -> Folder:
    """The one folder there is."""
    keep_folders(account, [INBOX], now)
    folder = account.folders.select_related("account").get(name=INBOX.name)
    if not folder.uidvalidity:
        renumber(folder, ONLY_NUMBERING)
    return folder


def uid_of(uidl: str) -> int:
    """The number that stands for a unique id in the ledger."""
    digest = hashlib.sha256(uidl.encode("latin-1")).digest()
    return int.from_bytes(digest[:8]) >> 1


async def bring_new_mail(visit: PopVisit, folder: Folder) -> None:
    """Record all that the ledger does not know; what is refused twice is set aside."""
    known = await in_database(recorded_flags, folder)
    aside = await in_database(quarantined_uids, folder)
    new = newest_first(visit, visit.listed.keys() - known.keys() - (aside - visit.suspects.once))
    new = await messages_within_budget(visit.progress, visit.client, visit.listed, new)
    if new:
        visit.parser.begin()
    await visit.progress.found(messages=len(new))
    refused = await bring(visit, folder, new)
    refused = await bring(visit, folder, list(refused))
    for uid, reason in refused.items():
        await in_database(quarantine, folder, uid, reason, visit.clock(), None)


def newest_first(visit: PopVisit, uids: Iterable[int]) -> list[int]:
    """Servers number messages in the order of their arrival; suspects come last."""
    numbers = {uid: (uid not in visit.suspects.once, visit.listed[uid].number) for uid in uids}
    return sorted(numbers, key=numbers.__getitem__, reverse=True)


async def bring(visit: PopVisit, folder: Folder, uids: Sequence[int]) -> dict[int, str]:
    """Fetch and record messages, and the bodies due among them; returns what was refused, why."""
    refused: dict[int, str] = {}
    mode = await in_database(storage_mode, visit.account)
    is_whole = mode == StorageMode.EVERYTHING or not visit.gives_headers
    keeping = keep_those_whole if mode == StorageMode.EVERYTHING else keep_those_known
    async for batch in in_batches(answers(visit, uids, is_whole=is_whole, refused=refused)):
        await keeping(visit, folder, batch)
        await visit.progress.done(messages=len(batch))
    return refused


async def keep_those_known(
    visit: PopVisit, folder: Folder, batch: Sequence[FetchedMessage]
) -> None:
    """Record messages by their headers, and the bodies due among them, which may be at hand."""
    await in_database(record_batch, visit.parser, folder, batch, visit.clock())
    at_hand = {m.uid: m for m in batch if m.body is not None}
    await bring_due_bodies(visit, folder, at_hand)


async def keep_those_whole(
    visit: PopVisit, folder: Folder, batch: Sequence[FetchedMessage]
) -> None:
    """Record messages with their bodies and words, as over IMAP; a header alone by itself."""
    whole = [m for m in batch if m.body is not None]
    if whole:
        outcomes = await in_database(visit.parser.parse_with_words, [m.body or b"" for m in whole])
        read, now = list(zip(whole, outcomes, strict=True)), visit.clock()
        await visit.progress.found(bodies=len(read))
        await in_database(keep_whole, folder, read, now, now)
        await visit.progress.done(bodies=len(read))
    if len(whole) < len(batch):
        await keep_those_known(visit, folder, [m for m in batch if m.body is None])


async def answers(
    visit: PopVisit, uids: Iterable[int], *, is_whole: bool, refused: dict[int, str]
) -> AsyncIterator[FetchedMessage]:
    """Messages, whole or their headers; notes which the server refused to give."""
    for uid in uids:
        message = visit.listed[uid]
        is_too_large = message.size > LARGEST
        if is_too_large and not visit.gives_headers:
            refused[uid] = TOO_LARGE.format(LARGEST // 2**20)
            continue
        visit.asking = uid
        try:
            if is_whole and not is_too_large:
                body = await visit.client.peek(message)
                yield fetched(uid, message, header_of(body), body)
            else:
                yield fetched(uid, message, await visit.client.header(message.number))
        except CommandRefused as refusal:
            refused[uid] = refusal.sentence
        visit.asking = None


def fetched(
    uid: int, message: Pop3Message, header: bytes, body: bytes | None = None
) -> FetchedMessage:
    """A message in the words of IMAP; when it came, POP3 does not tell."""
    weight = len(header) + len(body or b"")
    return FetchedMessage(
        sequence=message.number, uid=uid, size=message.size, header=header, body=body, weight=weight
    )


def header_of(raw: bytes) -> bytes:
    """What TOP would have given."""
    return raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def record_batch(
    parser: LimitedParser, folder: Folder, batch: Sequence[FetchedMessage], now: datetime
) -> None:
    """Record what came, whole or not, by its header; it came now."""
    outcomes = parser.parse_headers([message.header or b"" for message in batch])
    came_now = []
    for message, outcome in zip(batch, outcomes, strict=True):
        if isinstance(outcome, BrokenMessage):
            quarantine(folder, message.uid, outcome.reason, now, message.body)
        else:
            came_now.append(arrival_of(message, outcome)._replace(received_at=now))
    record_each(folder, *as_kept(folder.account, came_now))


async def bring_due_bodies(
    visit: PopVisit, folder: Folder, at_hand: Mapping[int, FetchedMessage]
) -> None:
    """Keep the bodies that are due, fetched already or fetched now; some cannot be had any more."""
    everywhere = await in_database(due_by_folder, visit.account)
    free = (await bodies_within_budget(visit.progress, visit.client, everywhere)).get(folder, {})
    all_due = everywhere.get(folder, {})
    due = {uid: pk for uid, pk in all_due.items() if uid in at_hand or uid in free}
    if not due:
        return
    refused = {uid: NOT_HERE for uid in due if not can_be_had(visit, uid, at_hand)}
    await visit.progress.found(bodies=len(due) - len(refused))
    wanted = newest_first(visit, due.keys() - refused.keys() - at_hand.keys())
    fetching = answers(visit, wanted, is_whole=True, refused=refused)
    async for batch in in_batches(chained([at_hand[u] for u in due if u in at_hand], fetching)):
        await in_database(keep, visit.parser, folder, due, batch, visit.clock())
        await visit.progress.done(bodies=len(batch))
    if refused:
        await in_database(give_up, folder, {u: (due[u], why) for u, why in refused.items()}, visit)


def give_up(folder: Folder, refused: Mapping[int, tuple[int, str]], visit: PopVisit) -> None:
    """These bodies cannot be had; those still listed are set aside, for their owner to see."""
    for uid, (_, reason) in refused.items():
        if uid in visit.listed:
            quarantine(folder, uid, reason, visit.clock(), None)
    body_unavailable([email for email, _ in refused.values()], folder.account_id)


def can_be_had(visit: PopVisit, uid: int, at_hand: Mapping[int, FetchedMessage]) -> bool:
    """Whether the body is here, or on the server, not too large, and worth another try."""
    if uid in at_hand:
        return True
    is_listed = uid in visit.listed and uid not in visit.suspects.twice
    return is_listed and visit.listed[uid].size <= LARGEST


async def chained(
    first: Iterable[FetchedMessage], then: AsyncIterator[FetchedMessage]
) -> AsyncIterator[FetchedMessage]:
    """What is here, then what comes."""
    for message in first:
        yield message
    async for message in then:
        yield message
