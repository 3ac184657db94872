"""Leave existing mail for another day when the day's budget is used up; new mail never waits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from postroom.archive.models import Email, Folder
from postroom.archive.quarantine import quarantined_uids
from postroom.imap.uid_set import UID_MAX, UidSet
from postroom.net.pop3_client import Pop3Message
from postroom.sync.budget import Meter
from postroom.sync.database import in_database
from postroom.sync.new_mail import FolderView
from postroom.sync.planning import new_mail_from
from postroom.sync.progress import Progress


async def within_budget(progress: Progress, meter: Meter, view: FolderView) -> FolderView:
    """What to bring of a folder: all of the view, or of a used-up day its new mail alone."""
    unknown = view.uids - UidSet(view.ledger)
    if not unknown or not (budget := await progress.budget(meter)).is_used_up:
        return view
    first_new = new_mail_from(view.folder, view.ledger)
    existing = unknown & UidSet.between(1, first_new - 1)
    existing -= UidSet(await in_database(quarantined_uids, view.folder))
    if not existing:
        return view
    budget.left_out = True
    return replace(view, uids=view.uids - existing)


async def messages_within_budget(
    progress: Progress, meter: Meter, listed: Mapping[int, Pop3Message], new: Sequence[int]
) -> list[int]:
    """The same over POP3, where new mail stands below all that is known in the listing."""
    if not new or not (budget := await progress.budget(meter)).is_used_up:
        return list(new)
    waiting = set(new)
    last_known = max((m.number for uid, m in listed.items() if uid not in waiting), default=0)
    free = [uid for uid in new if last_known and listed[uid].number > last_known]
    budget.left_out |= len(free) < len(new)
    return free


async def bodies_within_budget(
    progress: Progress, meter: Meter, due: dict[Folder, dict[int, int]]
) -> dict[Folder, dict[int, int]]:
    """The bodies to bring (UID to email, by folder).

    On a used-up day those of new mail, and those that a reader waits for.
    """
    if not due or not (await progress.budget(meter)).is_used_up:
        return due
    asked = await in_database(asked_for, [pk for uids in due.values() for pk in uids.values()])
    return {folder: free_of(folder, uids, asked) for folder, uids in due.items()}


def free_of(folder: Folder, due: Mapping[int, int], asked: set[int]) -> dict[int, int]:
    """Of one folder's due bodies those that need no budget.

    Of a folder without a plan nothing is known to be new; over POP3 a UID tells no order.
    """
    first_new = new_mail_from(folder, ())
    new = {uid for uid in due if first_new <= uid <= UID_MAX}
    return {uid: pk for uid, pk in due.items() if uid in new or pk in asked}


def asked_for(emails: Sequence[int]) -> set[int]:
    """Of these emails those whose body a reader waits for."""
    waiting = Email.objects.filter(pk__in=emails, body_asked_at__isnull=False)
    return set(waiting.values_list("pk", flat=True))
