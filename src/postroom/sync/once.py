"""A complete sync of one account, and what it brought. For the terminal and for tests."""

from dataclasses import dataclass

from postroom.accounts.lifecycle import meet_trouble
from postroom.accounts.models import EmailAccount, Protocol
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.archive.proofs import FolderProof, proof_of
from postroom.net.errors import NetError
from postroom.sync.actions import carry_out
from postroom.sync.connecting import signed_in, signed_in_to_pop
from postroom.sync.database import in_database
from postroom.sync.parsing import LimitedParser
from postroom.sync.passing import catch_up
from postroom.sync.pop import PopVisit, pass_over_pop
from postroom.sync.progress import Progress, Watcher, new_run
from postroom.sync.troubles import SyncFailed, trouble_of
from postroom.sync.visit import Clock, Visit
from postroom.sync.wellbeing import all_is_well


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
        await one_pass(account, clock, progress)
    except (NetError, SecretDoesNotOpen) as error:
        kind, sentence = trouble_of(error)
        await in_database(meet_trouble, account, kind, sentence, clock())
        raise SyncFailed(kind, sentence) from error
    seconds = (clock() - started).total_seconds()
    proofs = await in_database(proof_of, account)
    return SyncResult(proofs, progress.run.messages_done, progress.run.bodies_done, seconds)


async def one_pass(account: EmailAccount, clock: Clock, progress: Progress) -> None:
    """Sign in and bring everything up to date, in the way the account's protocol allows."""
    parser = LimitedParser()
    try:
        if account.protocol == Protocol.POP:
            async with signed_in_to_pop(account) as client:
                await pass_over_pop(PopVisit(account, client, clock, progress, parser))
        else:
            async with signed_in(account) as client:
                await pass_over(Visit(account, client, clock, progress, parser))
    finally:
        parser.close()


async def pass_over(visit: Visit) -> None:
    """Tell the server what was done here, catch up, and note that all is well."""
    client = visit.client
    await carry_out(visit)
    await catch_up(visit)
    await visit.progress.finish(visit.clock())
    await in_database(
        all_is_well, visit.account, client.tier.value, client.capabilities, visit.clock()
    )
