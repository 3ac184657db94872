"""Which UIDs are on the server: by what changed since the last pass, where that is certain.

QRESYNC tells what came, changed and vanished with the opening of a folder (RFC 7162 §3.2.5): one
question instead of three. It is believed if its sum agrees with EXISTS; a thorough visit asks
for every UID all the same.
"""

from dataclasses import dataclass, field

from postroom.archive.arrivals import Flags
from postroom.archive.ledger import recorded_flags
from postroom.archive.models import Folder
from postroom.archive.older import known_older
from postroom.archive.quarantine import quarantined_uids
from postroom.imap.capabilities import Tier
from postroom.imap.commands.mailbox import QresyncState
from postroom.imap.uid_set import UidSet
from postroom.sync.database import in_database
from postroom.sync.new_mail import FolderView, look_at
from postroom.sync.reading import flags_of
from postroom.sync.visit import Visit, numbering


@dataclass(slots=True)
class ChangedView(FolderView):
    """A view put together from changes; the flags that changed came along."""

    flags: dict[int, Flags] = field(default_factory=dict)


async def look(visit: Visit, folder: Folder) -> FolderView:
    """Open a folder and take down which UIDs are on the server."""
    changed = None if visit.is_thorough else await find_changes(visit, folder)
    return changed or await look_at(visit, folder)


async def find_changes(visit: Visit, folder: Folder) -> ChangedView | None:
    """The view by changes alone; None where the server cannot tell them, or they do not add up."""
    if visit.client.tier != Tier.QRESYNC or folder.highestmodseq is None:
        return None
    ledger = await in_database(recorded_flags, folder)
    known = UidSet(ledger) | UidSet(await in_database(quarantined_uids, folder))
    known |= known_older(folder)
    # Without the UIDs that are known: told of them, Dovecot keeps the new ones to itself.
    since = QresyncState(folder.uidvalidity, folder.highestmodseq)
    selected = await visit.examine(folder, since)
    if selected.is_incomplete or numbering(selected) != folder.uidvalidity:
        return None
    if (selected.highestmodseq or 0) < folder.highestmodseq:
        return None  # The mark came from a lie, or from a server restored from its backup.
    if any(m.flags is None for m in selected.changed):
        return None
    flags = {m.uid: flags_of(m.flags) for m in selected.changed}
    uids = (known | UidSet(flags)) - (selected.vanished or UidSet())
    if len(uids) != selected.exists:
        return None
    return ChangedView(folder, selected, uids, ledger, flags=flags)
