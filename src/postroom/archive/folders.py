"""The folders of an account, as the server listed them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account, announce_work
from postroom.archive.fence import stand_by_account
from postroom.archive.models import Folder, FolderRole, Quarantine, ServerCopy

NO_TELLING = 1  # Servers without numberings of their own give every folder 0 or 1.
FIRST = (FolderRole.INBOX, FolderRole.SENT, FolderRole.ALL, FolderRole.ARCHIVE)


@dataclass(frozen=True, slots=True)
class ListedFolder:
    """A folder as the server tells of it; synced `by_default` until somebody chooses.

    `uidvalidity` is 0 where the server does not tell it without the folder being opened.
    """

    name: str
    delimiter: str
    role: FolderRole
    by_default: bool
    uidvalidity: int = 0


@transaction.atomic
def keep_folders(account: EmailAccount, listed: Sequence[ListedFolder], now: datetime) -> None:
    """Remember what is listed; a folder no longer listed is marked, its mail stays."""
    stand_by_account(account.pk)
    known = {folder.name: folder for folder in account.folders.all()}
    renamed = renamed_among(known, listed)
    new = []
    for entry in listed:
        if folder := known.pop(entry.name, None):
            keep_told(folder, entry)
        else:
            new.append(new_folder(account, entry, renamed.get(entry.name)))
    Folder.objects.bulk_create(new)
    lost = [folder.pk for folder in known.values() if folder.gone_at is None]
    if listed and lost:
        Folder.objects.filter(pk__in=lost).update(gone_at=now)


def new_folder(account: EmailAccount, entry: ListedFolder, before: Folder | None) -> Folder:
    """A folder that was not listed before, or not by this name."""
    return Folder(
        account=account,
        name=entry.name,
        delimiter=entry.delimiter,
        role=entry.role,
        is_synced=before.is_synced if before else entry.by_default,
        uidvalidity=entry.uidvalidity,
    )


def renamed_among(known: Mapping[str, Folder], listed: Sequence[ListedFolder]) -> dict[str, Folder]:
    """New names to the folders that went by another: so the owner's choice goes along.

    A renamed folder keeps its numbering. What only one lost and one new folder have in common
    tells; the mail itself is found again by content, never by this.
    """
    names = {entry.name for entry in listed}
    lost = [f for f in known.values() if f.name not in names and f.gone_at is None]
    new = [entry for entry in listed if entry.name not in known]
    times = Counter(f.uidvalidity for f in lost), Counter(entry.uidvalidity for entry in new)
    telling = {n for n in times[0] if n > NO_TELLING and all(t[n] == 1 for t in times)}
    before = {f.uidvalidity: f for f in lost if f.uidvalidity in telling}
    return {e.name: before[e.uidvalidity] for e in new if e.uidvalidity in telling}


def keep_told(folder: Folder, entry: ListedFolder) -> None:
    """What the server tells of a folder that is known; writes only what differs."""
    uidvalidity = folder.uidvalidity or entry.uidvalidity
    if (folder.role, folder.gone_at, folder.uidvalidity) == (entry.role, None, uidvalidity):
        return
    folder.role, folder.gone_at, folder.uidvalidity = entry.role, None, uidvalidity
    folder.save(update_fields=["role", "gone_at", "uidvalidity"])


def folders_to_sync(account: EmailAccount) -> list[Folder]:
    """The folders to keep in sync: Inbox and Sent first, then the rest by name."""
    folders = account.folders.filter(is_synced=True, gone_at__isnull=True).select_related("account")
    rank = {role: position for position, role in enumerate(FIRST)}
    return sorted(folders, key=lambda f: (rank.get(FolderRole(f.role), len(rank)), f.name))


def choose(folder: Folder, *, is_synced: bool) -> None:
    """Sync the folder from now on, its mail of before included; or no more, and keep what is here.

    Which UIDs are missing is found by comparison, so what came while it was off comes too.
    """
    folder.is_synced = is_synced
    folder.save(update_fields=["is_synced"])
    announce_account(folder.account_id)
    announce_work(folder.account_id)


def renumber(folder: Folder, uidvalidity: int) -> None:
    """The server numbers the folder anew (RFC 3501 §2.3.1.1): its cursor starts afresh.

    What lay under the old numbers is found again by content.
    """
    folder.uidvalidity, folder.uidnext, folder.highestmodseq = uidvalidity, None, None
    folder.older, folder.older_than = "", None
    folder.save(update_fields=["uidvalidity", "uidnext", "highestmodseq", "older", "older_than"])


@transaction.atomic
def forget_numbering(account: EmailAccount) -> None:
    """Another server keeps this mail now, and what its numbers are worth nobody knows.

    Two servers may give one numbering to different mail. So what is known lies from now on under
    a numbering that no server can have; it is found again by content, and then its place.
    """
    for folder in account.folders.all():
        places = ServerCopy.objects.filter(folder=folder)
        lowest = places.aggregate(lowest=Min("uidvalidity"))["lowest"] or 0
        numbered = {"folder": folder, "uidvalidity": folder.uidvalidity}
        for rows in (places, Quarantine.objects.all()):
            rows.filter(**numbered).update(uidvalidity=min(lowest, 0) - 1)
        renumber(folder, 0)


def look_again(folder: Folder) -> None:
    """Have the next pass compare the folder whole, flags included, whatever its counts say."""
    folder.uidnext, folder.highestmodseq = None, None
    folder.save(update_fields=["uidnext", "highestmodseq"])


@dataclass(frozen=True, slots=True)
class Counts:
    """What a server tells of a folder without opening it (STATUS, RFC 3501 §6.3.10)."""

    uidvalidity: int | None
    uidnext: int | None
    highestmodseq: int | None
    messages: int | None
    unseen: int | None


def counts_of(folder: Folder) -> Counts:
    """The counts at the end of the folder's last complete pass."""
    return Counts(
        folder.uidvalidity,
        folder.uidnext,
        folder.highestmodseq,
        folder.server_count,
        folder.server_unseen,
    )


def move_cursor(folder: Folder, counts: Counts, now: datetime) -> None:
    """Everything the pass saw is recorded or quarantined: the next pass may begin from here.

    Writes nothing when nothing moved.
    """
    if counts_of(folder) == counts and folder.checked_at:
        return
    folder.uidnext, folder.highestmodseq = counts.uidnext, counts.highestmodseq
    folder.server_count, folder.server_unseen = counts.messages or 0, counts.unseen
    folder.checked_at = now
    folder.save(
        update_fields=["uidnext", "highestmodseq", "server_count", "server_unseen", "checked_at"]
    )
