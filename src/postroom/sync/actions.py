"""Carry out the action log on the server, after the commit; repeating one changes nothing."""

from collections import defaultdict

from postroom.archive.actions import asked_actions, finish
from postroom.archive.models import Action, ActionKind, Folder, ServerCopy
from postroom.imap.uid_set import UidSet
from postroom.net.errors import CommandRefused, FolderVanished
from postroom.sync.database import in_database
from postroom.sync.visit import Visit, numbering

SEEN = frozenset({"\\Seen"})
CHANGES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    ActionKind.MARK_READ: (SEEN, frozenset()),
    ActionKind.MARK_UNREAD: (frozenset(), SEEN),
}


async def carry_out(visit: Visit) -> None:
    """Tell the server everything it has not been told yet, oldest first."""
    for action in await in_database(asked_actions, visit.account.pk):
        try:
            was_told = await tell(visit, action)
        except (CommandRefused, FolderVanished) as refusal:
            await in_database(finish, action, visit.clock(), refusal.sentence)
        else:
            if was_told or action.email.removed_at is not None:
                await in_database(finish, action, visit.clock())


async def tell(visit: Visit, action: Action) -> bool:
    """Change the flags of every copy of the email (RFC 3501 §6.4.6).

    Returns whether there was one: of a folder just renamed or renumbered the next pass knows more.
    """
    was_told = False
    add, remove = CHANGES[action.kind]
    for folder, uids in (await in_database(places, action)).items():
        selected = await visit.client.select(folder.name)
        if numbering(selected) == folder.uidvalidity:
            await visit.client.uid_store(UidSet(uids), add=add, remove=remove)
            was_told = True
    return was_told


def places(action: Action) -> dict[Folder, list[int]]:
    """Where the email lies: folder to UIDs, under the numbering we know."""
    copies = ServerCopy.objects.filter(email=action.email_id, gone_at__isnull=True)
    found: dict[Folder, list[int]] = defaultdict(list)
    for copy in copies.select_related("folder"):
        if copy.uidvalidity == copy.folder.uidvalidity and copy.folder.gone_at is None:
            found[copy.folder].append(copy.uid)
    return found
