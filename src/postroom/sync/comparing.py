"""Compare an account with its server now, UID by UID, and bring what is missing.

A comparison is a thorough pass: what it finds missing it heals, and says so.
"""

from dataclasses import dataclass

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.comparisons import find_comparison, finish_comparison
from postroom.archive.proofs import FolderProof, gaps_since
from postroom.sync.database import in_database
from postroom.sync.once import sync_once
from postroom.sync.progress import Watcher
from postroom.sync.troubles import SyncFailed
from postroom.sync.visit import Clock

NOT_ACTIVE = "The mailbox is not being synced. Resume it first."


@dataclass(frozen=True, slots=True)
class ComparedFolder:
    """The proof of a folder, and how many messages were missing in it and have been brought."""

    proof: FolderProof
    healed: int


async def compare(
    account: EmailAccount, clock: Clock, watcher: Watcher | None = None
) -> list[ComparedFolder]:
    """Compare and heal. Raises SyncFailed, after noting on the account what was met."""
    started = clock()
    result = await sync_once(account, clock, watcher)
    gaps = await in_database(gaps_since, account, started)
    return [
        ComparedFolder(proof, max(0, gaps.get(proof.folder.pk, 0) - proof.missing))
        for proof in result.folders
    ]


async def compare_as_asked(account: EmailAccount, clock: Clock) -> None:
    """Carry out the comparison that someone asked for; what stood in the way is its outcome too."""
    asked = await in_database(find_comparison, account)
    if asked is None or asked.finished_at is not None:
        return
    try:
        if account.activation != Activation.ACTIVE:
            raise SyncFailed("not_active", NOT_ACTIVE)
        compared = await compare(account, clock)
    except SyncFailed as failure:
        asked.trouble = failure.sentence
    else:
        asked.server = sum(folder.proof.server for folder in compared)
        asked.missing = sum(folder.proof.missing for folder in compared)
        asked.healed = sum(folder.healed for folder in compared)
    await in_database(finish_comparison, asked, clock())
