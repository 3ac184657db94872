"""A complete sync of one account, and what it brought. For the terminal and for tests."""

from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.lifecycle import clear_trouble, meet_trouble
from postroom.accounts.models import EmailAccount
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.archive.announce import announce_account
from postroom.archive.ledger import FolderProof, proof_of
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.sync.actions import carry_out
from postroom.sync.connecting import signed_in
from postroom.sync.database import in_database
from postroom.sync.passing import catch_up
from postroom.sync.progress import Progress, Watcher, new_run
from postroom.sync.troubles import SyncFailed, trouble_of
from postroom.sync.visit import Clock, Visit


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The proof of every folder, and what this run brought."""

    folders: list[FolderProof]
    messages: int
    bodies: int
    seconds: float


async def sync_once(
    account: EmailAccount, clock: Clock, watcher: Watcher | None = None
) -> SyncResult:
    """Sync until complete. Raises SyncFailed, after noting on the account what was met."""
    started = clock()
    progress = Progress(new_run(account, started), watcher)
    try:
        async with signed_in(account) as client:
            visit = Visit(account, client, clock, progress)
            try:
                await pass_over(visit)
            finally:
                visit.parser.close()
    except (NetError, SecretDoesNotOpen) as error:
        kind, sentence = trouble_of(error)
        await in_database(meet_trouble, account, kind, sentence, clock())
        raise SyncFailed(kind, sentence) from error
    seconds = (clock() - started).total_seconds()
    proofs = await in_database(proof_of, account)
    return SyncResult(proofs, progress.run.messages_done, progress.run.bodies_done, seconds)


async def pass_over(visit: Visit) -> None:
    """Tell the server what was done here, catch up, and note that all is well."""
    await carry_out(visit)
    await catch_up(visit)
    await visit.progress.finish(visit.clock())
    await in_database(all_is_well, visit.account, visit.client, visit.clock())


NOTE_EVERY_SECONDS = 60


def all_is_well(account: EmailAccount, client: ImapClient, now: datetime) -> None:
    """Note a complete pass, at most once a minute: an unchanged mailbox writes nothing else."""
    account.refresh_from_db()
    clear_trouble(account)
    last = account.last_complete_at
    if last and (now - last).total_seconds() < NOTE_EVERY_SECONDS:
        return
    account.tier = client.tier.value
    account.capabilities = sorted(name[:80] for name in client.capabilities)[:200]
    account.first_complete_at = account.first_complete_at or now
    account.last_complete_at = now
    account.save(update_fields=["tier", "capabilities", "first_complete_at", "last_complete_at"])
    announce_account(account.pk)
