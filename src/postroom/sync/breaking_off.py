"""One message at which every session breaks off keeps no others away. Design §5, invariant 6.

Seen: Dovecot, which ends the connection amid a damaged message; Exchange, Domino. The session that
broke off has the first message that did not come to answer for it; the next one brings all others
before, and that one alone. See `suspects` for what follows.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from postroom.accounts.models import EmailAccount
from postroom.archive.bodies import body_unavailable
from postroom.archive.models import Folder
from postroom.imap.uid_set import UidSet
from postroom.net.errors import ConnectionLost, ProtocolViolation, ServerUnavailable
from postroom.sync.bodies import bring_bodies
from postroom.sync.database import in_database
from postroom.sync.new_mail import bring_envelopes
from postroom.sync.suspects import acquit, suspect, suspects_in
from postroom.sync.visit import Visit, numbering

BROKE_OFF = (ConnectionLost, ProtocolViolation, ServerUnavailable)


@asynccontextmanager
async def who_breaks_off(visit: Visit) -> AsyncIterator[None]:
    """Remember at which message the connection ended, if it ended amid one."""
    try:
        yield
    except BROKE_OFF:
        client = visit.client
        if (uid := client.awaited_message) is not None:
            place = client.opened, numbering(client.selected)
            await in_database(suspect_in, visit.account, place, uid, visit.clock())
        raise


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
