"""The new mail of a folder, in two steps: what is looked for first, and all the rest.

Of much mail that with known people comes first, and in every folder before the rest of any.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from postroom.archive.ledger import recorded_flags
from postroom.archive.models import Folder
from postroom.archive.older import known_older
from postroom.archive.proofs import Listing, prove, refuse_proof
from postroom.archive.quarantine import quarantined_uids
from postroom.imap.uid_set import UidSet
from postroom.net.errors import CommandRefused, FolderVanished
from postroom.sync.breaking_off import bring_suspects
from postroom.sync.database import in_database
from postroom.sync.holding_back import within_budget
from postroom.sync.known_first import bring_known_first
from postroom.sync.looking import look
from postroom.sync.new_mail import FolderView, bring_new_mail, unknown_to
from postroom.sync.visit import Visit, numbering
from postroom.sync.window import leave_older

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What a pass saw of a folder, and what of it is to be brought.

    `is_brought` when that is here; `left_out` waits for the budget of another day, or is older.
    """

    view: FolderView
    wanted: FolderView
    is_held_back: bool
    is_brought: bool = False

    @property
    def folder(self) -> Folder:
        """The folder that was looked into."""
        return self.view.folder

    @property
    def left_out(self) -> UidSet:
        """What is on the server and is not to be brought."""
        return self.view.uids - self.wanted.uids


@asynccontextmanager
async def left_for_now(visit: Visit, folder: Folder) -> AsyncIterator[None]:
    """What a server refuses in one folder does not stop the others. Design §5, invariant 6."""
    try:
        yield
    except (FolderVanished, CommandRefused) as refusal:
        log.warning("%s: folder %s is left for now: %s", visit.account, folder, refusal)
        await in_database(refuse_proof, folder, refusal.sentence, visit.clock())


async def first_mail_of(visit: Visit, folder: Folder) -> Look | None:
    """Bring a folder's new mail; of much, that with known people. None where the server refuses."""
    met: Look | None = None
    async with left_for_now(visit, folder):
        view = await look(visit, folder)
        was_older = known_older(folder)
        older = await leave_older(visit, view)
        await note_gap(visit, view, was_older | older)
        inside = replace(view, uids=view.uids - older)
        wanted = await within_budget(visit.progress, visit.client, inside)
        one = Look(view, wanted, is_held_back=wanted is not inside)
        new = await unknown_to(wanted)
        is_begun = await bring_known_first(visit, folder, new)
        met = one if is_begun else await bring(visit, one, new)
    return met


async def rest_of(visit: Visit, met: Look) -> Look | None:
    """Bring what the first step left. None where the server refuses, or numbers anew meanwhile."""
    if met.is_brought:
        return met
    folder, whole = met.folder, None
    async with left_for_now(visit, folder):
        if numbering(await visit.examine(folder)) == folder.uidvalidity:
            ledger = await in_database(recorded_flags, folder)
            whole = await bring(visit, met, await unknown_to(replace(met.wanted, ledger=ledger)))
    return whole


async def bring(visit: Visit, met: Look, new: UidSet) -> Look:
    """Bring these messages, the last that are wanted of the folder."""
    is_complete = await bring_new_mail(visit, met.folder, new)
    await bring_suspects(visit, met.folder, met.wanted.uids - UidSet(met.wanted.ledger))
    met.view.is_complete = is_complete and not met.is_held_back
    return replace(met, is_brought=True)


async def note_gap(visit: Visit, view: FolderView, older: UidSet) -> None:
    """Tell of what is missing below the cursor, where everything was known; it is brought again."""
    folder = view.folder
    below = view.uids & UidSet.between(1, (folder.uidnext or 1) - 1)
    unknown = below - UidSet(view.ledger) - older
    if not unknown:
        return
    if gap := unknown - UidSet(await in_database(quarantined_uids, folder)):
        log.warning(
            "%s: folder %s: %d were missing and are brought: %.200s",
            visit.account,
            folder,
            len(gap),
            gap,
        )
        listing = Listing(below, older, older)
        await in_database(prove, folder, listing, view.ledger, visit.clock())
