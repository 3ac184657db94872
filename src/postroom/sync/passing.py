"""One pass over an account: new mail of all folders first, then flags, then removals.

In this order, so that a moved message is met in its new folder before its old place is
missed, and the first page is right in seconds. Idempotent: a pass repeated writes nothing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from postroom.accounts.use import note_elsewhere
from postroom.archive.arrivals import Flags
from postroom.archive.folders import (
    Counts,
    counts_of,
    folders_to_sync,
    keep_folders,
    move_cursor,
)
from postroom.archive.ledger import (
    bury_before_renumbering,
    bury_in_lost_folders,
    miss,
    recorded_uids,
    set_flags,
    unseen_in,
)
from postroom.archive.models import Folder
from postroom.archive.older import known_older, note_searched
from postroom.archive.proofs import Listing, prove
from postroom.imap.capabilities import Tier
from postroom.imap.responses import Status
from postroom.imap.uid_set import UidSet
from postroom.net.imap_client import Mailbox
from postroom.sync.arriving import first_mail_of, left_for_now, rest_of
from postroom.sync.asking import bring_older_mail
from postroom.sync.bodies import due_by_folder
from postroom.sync.breaking_off import bring_bodies_of, closed_at_opening, who_breaks_off
from postroom.sync.database import in_database
from postroom.sync.holding_back import bodies_within_budget
from postroom.sync.inquiring import begin_inquiries, find_inquiries, note_answered
from postroom.sync.listing import listed_folders
from postroom.sync.looking import ChangedView
from postroom.sync.new_mail import FolderView
from postroom.sync.planning import keep_plans, newly_planned
from postroom.sync.reading import flags_of
from postroom.sync.storage import mark_due
from postroom.sync.surveying import plans_of
from postroom.sync.visit import ONLY_NUMBERING, Visit, numbering
from postroom.sync.window import plan_within


async def catch_up(visit: Visit) -> None:
    """Bring the account up to date with its server, completely."""
    if not visit.is_thorough:
        # Of the open folder STATUS tells what was (RFC 3501 §6.3.10. Seen: Dovecot) until NOOP, and
        # until that is answered. UNSELECT would save no round trip: to listen, it is opened again.
        await visit.client.noop()
    mailboxes = await visit.client.list_mailboxes()
    listed = listed_folders(mailboxes, visit.client.capabilities)
    await in_database(keep_folders, visit.account, listed, visit.clock())
    folders = await in_database(folders_to_sync, visit.account)
    first_day = await visit.first_day()
    last, visit.avoided = await in_database(closed_at_opening, visit.account, visit.clock())
    opened = [f for f in folders if f.pk not in last | visit.avoided]
    if planned := newly_planned(opened, plans_of(mailboxes)):
        async with who_breaks_off(visit):
            plans = [(f, await plan_within(visit.client, plan, first_day)) for f, plan in planned]
        await in_database(keep_plans, visit.account, plans)
    if visit.is_thorough or visit.is_called:
        await in_database(mark_due, visit.account)
    if visit.is_thorough:
        await in_database(begin_inquiries, visit.account, visit.clock())
    else:
        folders = [
            f for f in folders if f.older_than != first_day or has_moved(f, status_of(f, mailboxes))
        ]
    visit.avoided |= last
    await catch_up_in(visit, [f for f in folders if f.pk not in visit.avoided])
    if those_last := [f for f in folders if f.pk in last]:
        visit.avoided -= last
        await catch_up_in(visit, those_last)
    await in_database(bury_in_lost_folders, visit.account.pk, visit.clock())


async def catch_up_in(visit: Visit, folders: Sequence[Folder]) -> None:
    """Bring these folders up to date, and every body that is due."""
    async with who_breaks_off(visit):
        await bring_up_to_date(visit, folders)


async def bring_up_to_date(visit: Visit, folders: Sequence[Folder]) -> None:
    """New mail of all of them first, then bodies, then flags, then what is gone."""
    looked = [one for f in folders if (one := await first_mail_of(visit, f))]
    looks = [one for met in looked if (one := await rest_of(visit, met))]
    is_more_unknown = not all(one.folder.is_searched for one in looks)
    if visit.is_thorough or visit.is_called or is_more_unknown:
        await ask_for_older_mail(visit, {one.folder.pk for one in looks})
    await bring_due_bodies(visit)
    for one in looks:
        async with left_for_now(visit, one.folder):
            await compare_flags(visit, one.view)
    for one in looks:
        async with left_for_now(visit, one.folder):
            await compare_places(visit, one.view, one.left_out)


async def ask_for_older_mail(visit: Visit, looked_at: Collection[int]) -> None:
    """Bring what was not recorded and is with people known by now; on a used-up day it waits."""
    inquiries = await in_database(find_inquiries, visit.account)
    if inquiries is None:
        return
    if (budget := await visit.progress.budget(visit.client)).is_used_up:
        budget.left_out = True
        return
    for folder in inquiries.folders:
        is_searched = False
        async with left_for_now(visit, folder):
            wanted, is_proved_now = inquiries.wanted_in(folder), folder.pk in looked_at
            await bring_older_mail(visit, folder, wanted, is_proved_now=is_proved_now)
            is_searched = True
        await in_database(note_searched, folder, is_searched=is_searched)
    await in_database(note_answered, visit.account, inquiries.due, visit.clock())


def status_of(folder: Folder, mailboxes: Sequence[Mailbox]) -> Status | None:
    """What a listing tells of a folder."""
    return next((m.status for m in mailboxes if m.name == folder.name), None)


def has_moved(folder: Folder, status: Status | None) -> bool:
    """Whether STATUS shows anything that the last complete pass did not see.

    Without MODSEQ only a change of \\Seen shows; thorough passes find the other flags.
    """
    if status is None:
        return True
    told = Counts(
        status.uidvalidity or ONLY_NUMBERING,
        status.uidnext,
        status.highestmodseq,
        status.messages,
        # Mail that was left out is unread perhaps, and nobody counts it here.
        status.unseen if folder.server_unseen is not None else None,
    )
    return told != counts_of(folder)


async def bring_due_bodies(visit: Visit) -> None:
    """Bodies asked for by a reader, or due since a person gained an address."""
    due = await in_database(due_by_folder, visit.account)
    due = await bodies_within_budget(visit.progress, visit.client, due)
    await visit.progress.found(bodies=sum(map(len, due.values())))
    for folder, emails in due.items():
        async with left_for_now(visit, folder):
            selected = await visit.examine(folder)
            if numbering(selected) != folder.uidvalidity:
                continue
            await bring_bodies_of(visit, folder, emails)


async def compare_flags(visit: Visit, view: FolderView) -> None:
    """Take over flags that other clients changed."""
    told = view.flags if isinstance(view, ChangedView) else await flags_told(visit, view)
    changed = {
        uid: flags
        for uid, flags in told.items()
        if uid in view.uids and view.ledger.get(uid, flags) != flags
    }
    is_new = bool(changed) and await in_database(set_flags, view.folder, changed)
    if is_new:
        await in_database(note_elsewhere, visit.account.pk, visit.clock())


async def flags_told(visit: Visit, view: FolderView) -> dict[int, Flags]:
    """The flags that changed since the last pass (RFC 7162 §3.1.4.1), or all of them."""
    folder, highest = view.folder, view.selected.highestmodseq
    known = UidSet(view.ledger) & view.uids
    since = folder.highestmodseq if visit.client.tier != Tier.PLAIN else None
    if not known or (since is not None and since == highest):
        return {}
    if since is not None and (highest is None or highest < since):
        since = None  # The mark came from a lie, or from a server restored from its backup.
    await visit.examine(folder)
    answers = visit.client.uid_fetch(known, flags=True, changed_since=since)
    told = [message async for message in answers]
    visit.mark_untold(folder, told)
    return {m.uid: flags_of(m.flags) for m in told if m.flags is not None}


async def compare_places(visit: Visit, view: FolderView, left_out: UidSet) -> None:
    """Take note of what is no longer listed, and move the cursor over what is accounted for."""
    folder, selected = view.folder, view.selected
    missing = await confirmed_missing(visit, view)
    if missing is not None:
        await in_database(miss, folder, missing, visit.clock())
    await in_database(prove_view, view, left_out, visit.clock())
    if not view.is_complete:
        return
    await in_database(bury_before_renumbering, folder, visit.clock())
    if missing is not None and not missing:
        # Whose flags were not told is asked again for what changed since the mark that was.
        is_told = folder.pk not in visit.untold
        counts = Counts(
            folder.uidvalidity,
            selected.uidnext,
            selected.highestmodseq if is_told else folder.highestmodseq,
            len(view.uids),
            None if folder.older else await in_database(unseen_in, folder),
        )
        await in_database(move_cursor, folder, counts, visit.clock())


def prove_view(view: FolderView, left_out: UidSet, now: datetime) -> None:
    """Compare what the server listed with the ledger as it is now."""
    has_new = bool(view.uids - UidSet(view.ledger))
    recorded = recorded_uids(view.folder) if has_new else view.ledger
    prove(view.folder, Listing(view.uids, left_out, known_older(view.folder)), recorded, now)


async def confirmed_missing(visit: Visit, view: FolderView) -> set[int] | None:
    """UIDs in the ledger that the server lists neither now nor when asked once more.

    None when the second listing contradicts EXISTS: it proves nothing (Seen: Exchange, Domino).
    """
    gone = UidSet(view.ledger) - view.uids
    if not gone:
        return set()
    selected = await visit.examine(view.folder)
    listed = await visit.client.uid_search_all()
    if numbering(selected) != view.folder.uidvalidity or len(listed) != selected.exists:
        return None
    return set(gone - listed)
