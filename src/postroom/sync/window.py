"""Leave existing mail on its server that came before the mailbox's first day.

Which mail that is, the server says (SINCE, RFC 3501 §6.4.4: by its own clock, so a day is a day
there). The folder remembers the UIDs, so that nothing is asked twice and the ledger stays one of
UIDs: a date decides what is left out and never what is new. What comes later is always brought.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from postroom.archive.models import Email, Folder
from postroom.archive.older import keep_older, known_older
from postroom.archive.quarantine import quarantined_uids
from postroom.archive.record import known_ids
from postroom.imap.uid_set import UidSet
from postroom.net.errors import CommandRefused, FolderVanished
from postroom.net.imap_client import ImapClient
from postroom.sync.database import in_database
from postroom.sync.new_mail import WINDOW, FolderView, envelopes, sieve_of
from postroom.sync.planning import FolderPlan, new_mail_from
from postroom.sync.reading import Read, arrivals_of
from postroom.sync.recording import record_each
from postroom.sync.visit import Visit

A_DAY_ON_EARTH = timedelta(days=2)  # The server's day may begin or end elsewhere than ours.


async def leave_older(visit: Visit, view: FolderView) -> UidSet:
    """The UIDs of the folder that are not to be brought, by the window of this moment."""
    folder, first_day = view.folder, await visit.first_day()
    was_told_by_this_day = folder.older_than == first_day
    if first_day is None:
        if not was_told_by_this_day:
            await in_database(keep_older, folder, UidSet(), None)
        return UidSet()
    older = known_older(folder) & view.uids if was_told_by_this_day else UidSet()
    if untold := await existing_mail(view) - older:
        before = untold - await visit.client.uid_search_since(first_day)
        older |= before - await bring_known(visit, folder, before, first_day)
    if not was_told_by_this_day or older != known_older(folder):
        await in_database(keep_older, folder, older, first_day)
    return older


async def existing_mail(view: FolderView) -> UidSet:
    """What lay in the folder when it was first met, and is not accounted for."""
    known = UidSet(view.ledger) | known_older(view.folder)
    first_new = new_mail_from(view.folder, [known.last] if known else ())
    existing = (view.uids & UidSet.between(1, first_new - 1)) - UidSet(view.ledger)
    if not existing:
        return existing
    return existing - UidSet(await in_database(quarantined_uids, view.folder))


async def bring_known(visit: Visit, folder: Folder, uids: UidSet, first_day: date) -> UidSet:
    """Bring those of the UIDs whose mail is here already; returns them.

    It was moved into a folder that is new to us, or a folder was numbered anew or renamed: left
    out, it would count as removed.
    """
    found = UidSet()
    has_older: bool = bool(uids) and await in_database(has_older_mail, folder, first_day)
    if has_older:
        sieve = sieve_of(visit, folder)
        for window in uids.windows_newest_first(WINDOW):
            read = await envelopes(visit, sieve, window)
            found |= UidSet(await in_database(record_known, folder, read))
        await sieve.set_aside()
    return found


def has_older_mail(folder: Folder, first_day: date) -> bool:
    """Whether there is mail here that the window would leave out."""
    end = datetime.combine(first_day + A_DAY_ON_EARTH, time.min, UTC)
    return Email.objects.filter(account=folder.account_id, received_at__lt=end).exists()


def record_known(folder: Folder, read: Sequence[Read]) -> list[int]:
    """Record another place of mail that is here already; returns the UIDs."""
    arrivals = arrivals_of(read)
    known = known_ids(folder.account_id, [arrival.identity for arrival in arrivals])
    met_again = [arrival for arrival in arrivals if arrival.identity in known]
    record_each(folder, met_again, None)
    return [arrival.uid for arrival in met_again]


async def plan_within(client: ImapClient, plan: FolderPlan, first_day: date | None) -> FolderPlan:
    """A folder's plan without what the window leaves out; its size is not told then."""
    if first_day is None or not plan.messages:
        return plan
    with suppress(FolderVanished, CommandRefused):
        await client.examine(plan.name)
        within = len(await client.uid_search_since(first_day))
        if within < plan.messages:
            older = plan.messages - within
            return replace(plan, messages=within, older=older, octets=None)
    return plan
