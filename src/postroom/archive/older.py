"""Existing mail that stays on its server: it came before the mailbox's first day."""

from datetime import date

from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account, announce_work
from postroom.archive.models import Folder
from postroom.imap.uid_set import UidSet
from postroom.team.models import Organisation


def known_older(folder: Folder) -> UidSet:
    """The UIDs of a folder that were found to be older, under its UIDVALIDITY."""
    return UidSet.parse(folder.older)


def keep_older(folder: Folder, older: UidSet, than: date | None) -> None:
    """Remember which they are, and correct the plan if it has counted them among what comes.

    What was not left out before is still to be searched for mail with known people.
    """
    if older - known_older(folder):
        folder.is_searched = False
    folder.older, folder.older_than = str(older), than
    counted = folder.planned_messages + folder.planned_older
    folder.planned_older = min(len(older), counted)
    folder.planned_messages = counted - folder.planned_older
    folder.save(
        update_fields=["older", "older_than", "is_searched", "planned_messages", "planned_older"]
    )


def note_searched(folder: Folder, *, is_searched: bool) -> None:
    """Whether the folder's unknown mail was asked for everybody; else it is, by another pass."""
    if folder.is_searched != is_searched:
        folder.is_searched = is_searched
        folder.save(update_fields=["is_searched"])


def choose_window(account: EmailAccount, window: str) -> None:
    """Bring existing mail from another day on: an earlier one brings more, a later removes nothing.

    Which UIDs were left out is told again by the new day, folder by folder.
    """
    account.window = window
    account.save(update_fields=["window"])
    announce_account(account.pk)
    announce_work(account.pk)


def choose_default_window(window: str) -> None:
    """The same for every mailbox without a choice of its own, those of today included."""
    organisation = Organisation.get()
    organisation.window = window
    organisation.save(update_fields=["window"])
    for account in EmailAccount.objects.filter(window=""):
        announce_account(account.pk)
        announce_work(account.pk)
