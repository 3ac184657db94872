"""A complete sync of one account, and what it brought. For the terminal and for tests."""

from contextlib import closing
from dataclasses import dataclass

from django.db import OperationalError

from postroom.accounts.lifecycle import meet_trouble
from postroom.accounts.models import Activation, EmailAccount, Protocol
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.archive.proofs import FolderProof, proof_of
from postroom.net.errors import NetError
from postroom.sync.actions import carry_out
from postroom.sync.budget import DayUsedUp, PauseAsked
from postroom.sync.connecting import signed_in, signed_in_to_pop
from postroom.sync.database import in_database
from postroom.sync.parsing import LimitedParser
from postroom.sync.passing import catch_up
from postroom.sync.pop import PopVisit, pass_over_pop
from postroom.sync.progress import Progress, Watcher, new_run
from postroom.sync.troubles import SyncFailed, is_disk_full, trouble_of
from postroom.sync.visit import Clock, Visit
from postroom.sync.wellbeing import Met, all_is_well

WAITING = "The mailbox waits for its password. Its owner enters it on the mailbox’s page."
DEACTIVATED = "The mailbox is deactivated. Reactivate it, and its mail comes again."


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The proof of every folder, and what this run brought.

    `is_held_back`: the day's budget is used up, and there is existing mail that waits.
    """

    folders: list[FolderProof]
    messages: int
    bodies: int
    seconds: float
    is_held_back: bool


async def sync_once(
    account: EmailAccount,
    clock: Clock,
    watcher: Watcher | None = None,
    parser: LimitedParser | None = None,
) -> SyncResult:
    """Sync until complete. Raises SyncFailed, after noting on the account what was met."""
    if account.activation == Activation.DEACTIVATED:
        raise SyncFailed("deactivated", DEACTIVATED)
    if account.activation == Activation.WAITING:
        raise SyncFailed("waiting", WAITING)
    started = clock()
    progress = Progress(new_run(account, started), watcher)
    try:
        with closing(parser or LimitedParser()) as reading:
            await one_pass(account, clock, progress, reading)
    except (NetError, SecretDoesNotOpen) as error:
        kind, sentence = trouble_of(error)
        await in_database(meet_trouble, account, kind, sentence, clock())
        raise SyncFailed(kind, sentence) from error
    except OperationalError as error:
        if not is_disk_full(error):
            raise
        raise SyncFailed(*trouble_of(error)) from error
    except PauseAsked:
        raise SyncFailed("deactivated", DEACTIVATED) from None
    run, seconds = progress.run, (clock() - started).total_seconds()
    proofs = await in_database(proof_of, account)
    return SyncResult(proofs, run.messages_done, run.bodies_done, seconds, progress.is_held_back)


async def one_pass(
    account: EmailAccount,
    clock: Clock,
    progress: Progress,
    parser: LimitedParser,
) -> None:
    """Bring everything up to date; if the day's budget ends that, new mail at least."""
    try:
        await one_session(account, clock, progress, parser)
    except DayUsedUp:
        await one_session(account, clock, progress, parser)


async def one_session(
    account: EmailAccount, clock: Clock, progress: Progress, parser: LimitedParser
) -> None:
    """Sign in and pass over the account, in the way its protocol allows."""
    if account.protocol == Protocol.POP:
        async with signed_in_to_pop(account, clock) as client:
            await pass_over_pop(PopVisit(account, client, clock, progress, parser))
    else:
        async with signed_in(account, clock) as client:
            await pass_over(Visit(account, client, clock, progress, parser))


async def pass_over(visit: Visit) -> None:
    """Tell the server what was done here, catch up, and note that all is well."""
    client = visit.client
    await carry_out(visit)
    await catch_up(visit)
    await visit.progress.finish(visit.clock())
    met = Met(client.tier.value, client.capabilities, is_whole=not visit.progress.is_held_back)
    await in_database(all_is_well, visit.account, met, visit.clock())
