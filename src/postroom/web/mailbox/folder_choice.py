"""Which folders of an account are synced, for its owner to choose."""

from collections.abc import Collection
from dataclasses import dataclass

from postroom.accounts.models import EmailAccount
from postroom.archive.folders import choose
from postroom.archive.models import Folder, FolderRole
from postroom.archive.proofs import latest_proofs

# Named by their role beside the server's own word for them.
TOLD_APART = frozenset(FolderRole) - {FolderRole.OTHER, FolderRole.INBOX}


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder to switch on or off."""

    folder: Folder
    recorded: int

    @property
    def role(self) -> str:
        """What it is for, where its name alone may not tell."""
        role = FolderRole(self.folder.role)
        is_told = role in TOLD_APART and role.label.lower() != self.folder.name.lower()
        return str(role.label) if is_told else ""


def folder_rows(account: EmailAccount) -> list[FolderRow]:
    """The folders the server lists, by name, the Inbox first."""
    proofs = latest_proofs(account)
    rows = [
        FolderRow(folder, proofs[folder.pk].recorded if folder.pk in proofs else 0)
        for folder in account.folders.filter(gone_at__isnull=True)
    ]
    return sorted(rows, key=lambda row: (row.folder.role != FolderRole.INBOX, row.folder.name))


def choose_folders(
    account: EmailAccount, shown: Collection[int], wanted: Collection[int]
) -> list[str]:
    """Switch the folders shown on or off as wanted; returns sentences that say what follows.

    A folder that came while the page was open was not shown, and stays as it is.
    """
    folders = account.folders.filter(pk__in=shown, gone_at__isnull=True)
    changed = [folder for folder in folders if folder.is_synced != (folder.pk in wanted)]
    for folder in changed:
        choose(folder, is_synced=folder.pk in wanted)
    on = [folder.name for folder in changed if folder.is_synced]
    off = [folder.name for folder in changed if not folder.is_synced]
    told = [f"Switched on: {named(on)}. Older mail is fetched too."] if on else []
    return told + ([f"Switched off: {named(off)}. What is here stays."] if off else [])


def named(names: list[str]) -> str:
    """A few names; of many, how many more."""
    rest = len(names) - 3
    return ", ".join(names[:3]) + (f" and {rest} more" if rest > 0 else "")
