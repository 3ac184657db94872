"""One message at which every session breaks off keeps no others away. Design §5, invariant 6.

Seen: Dovecot, which ends the connection amid a damaged message; Exchange, Domino. The session that
broke off has the first message that did not come to answer for it; the next one brings all others
before, and that one alone. See `suspects` for what follows. Likewise with a folder at whose opening
it broke off: it is opened after everything else, and if it breaks off there again, not for a while.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from postroom.accounts.models import EmailAccount
from postroom.archive.bodies import body_unavailable
from postroom.archive.models import Folder, ProofEntry
from postroom.archive.proofs import latest_of, latest_proofs, refuse_proof
from postroom.imap.uid_set import UidSet
from postroom.net.errors import (
    ConnectionLost,
    FolderBreaksOff,
    ProtocolViolation,
    ServerUnavailable,
)
from postroom.sync.bodies import bring_bodies
from postroom.sync.database import in_database
from postroom.sync.new_mail import bring_envelopes
from postroom.sync.suspects import acquit, suspect, suspects_in
from postroom.sync.visit import Visit, numbering

BROKE_OFF = (ConnectionLost, ProtocolViolation, ServerUnavailable)

AVOIDED_FOR = timedelta(minutes=10)
CLOSED_ONCE = "The connection ended when this folder was opened. It will be tried once more."
CLOSED_TWICE = FolderBreaksOff().sentence


@asynccontextmanager
async def who_breaks_off(visit: Visit) -> AsyncIterator[None]:
    """Remember at which message or opening the connection ended, if it ended amid one."""
    try:
        yield
    except BROKE_OFF:
        client = visit.client
        if (uid := client.awaited_message) is not None:
            place = client.opened, numbering(client.selected)
            await in_database(suspect_in, visit.account, place, uid, visit.clock())
        elif client.opening:
            await in_database(note_closed, visit.account, client.opening, visit.clock())
        raise


def note_closed(account: EmailAccount, name: str, now: datetime) -> None:
    """The connection ended when this folder was opened."""
    for folder in account.folders.filter(name=name).select_related("account"):
        latest = latest_of(folder)
        is_second = latest is not None and latest.refusal == CLOSED_ONCE
        refuse_proof(folder, CLOSED_TWICE if is_second else CLOSED_ONCE, now)


def closed_at_opening(account: EmailAccount, now: datetime) -> tuple[set[int], set[int]]:
    """The folders that are to be opened after all others, and those not to be opened now."""
    closed = ProofEntry.objects.filter(
        refusal__in=(CLOSED_ONCE, CLOSED_TWICE), folder__account=account
    )
    if not closed.exists():
        return set(), set()
    latest = latest_proofs(account).values()
    twice = {
        entry.folder_id
        for entry in latest
        if entry.refusal == CLOSED_TWICE and entry.proved_at > now - AVOIDED_FOR
    }
    all_of_them = {e.folder_id for e in latest if e.refusal in (CLOSED_ONCE, CLOSED_TWICE)}
    return all_of_them - twice, twice


def suspect_in(account: EmailAccount, place: tuple[str, int], uid: int, now: datetime) -> None:
    """The same, in the folder of this name if it still has this numbering."""
    name, number = place
    for folder in account.folders.filter(name=name, uidvalidity=number).select_related("account"):
        suspect(folder, uid, now)


async def bring_suspects(visit: Visit, folder: Folder, unknown: UidSet) -> None:
    """Ask once more for each that is not recorded; its header first, which may come all the same.

    Needs the folder to be selected, and all its other mail to be here.
    """
    if not unknown or not (suspects := (await in_database(suspects_in, folder)).once):
        return
    for window in (unknown & UidSet(suspects)).windows_newest_first(1):
        await bring_envelopes(visit, folder, [window])
        await in_database(acquit, folder, set(window))


async def bring_bodies_of(visit: Visit, folder: Folder, emails: Mapping[int, int]) -> None:
    """The bodies of these emails (UID to id) of the open folder, those of suspects last."""
    suspects = await in_database(suspects_in, folder)
    hopeless = [emails[uid] for uid in suspects.twice & emails.keys()]
    if hopeless:
        await in_database(body_unavailable, hopeless, visit.account.pk)
    aside = suspects.once | suspects.twice
    await bring_some(visit, folder, {uid: pk for uid, pk in emails.items() if uid not in aside})
    for uid in suspects.once & emails.keys():
        await bring_some(visit, folder, {uid: emails[uid]})
        await in_database(acquit, folder, {uid})


async def bring_some(visit: Visit, folder: Folder, emails: Mapping[int, int]) -> None:
    """Bring these bodies and count them."""
    if emails:
        async for count in bring_bodies(visit, folder, emails):
            await visit.progress.done(bodies=count)
