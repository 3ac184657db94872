"""Folders are remembered as listed, and a choice goes along with a new name."""

import pytest

from cast import NOON, account_of, user
from postroom.archive.folders import ListedFolder, choose, keep_folders
from postroom.archive.models import FolderRole

pytestmark = pytest.mark.django_db


def listed(name: str, uidvalidity: int, *, by_default: bool = True) -> ListedFolder:
    return ListedFolder(name, "/", FolderRole.OTHER, by_default, uidvalidity)


INBOX = listed("INBOX", 10)

# Listed before (all are then switched to the opposite of their default), listed after, and which
# of the new are synced.
CASES = {
    "renamed": ([listed("Old", 11)], [listed("New", 11)], {"New": False}),
    "renamed, off by default": (
        [listed("Old", 11, by_default=False)],
        [listed("New", 11, by_default=False)],
        {"New": True},
    ),
    "another folder": ([listed("Old", 11)], [listed("New", 12)], {"New": True}),
    "still there": ([listed("Old", 11)], [listed("Old", 11), listed("Copy", 11)], {"Copy": True}),
    "two alike": (
        [listed("Old", 11)],
        [listed("New", 11), listed("Newer", 11)],
        {"New": True, "Newer": True},
    ),
    "a server that numbers nothing": ([listed("Old", 1)], [listed("New", 1)], {"New": True}),
    "a server that tells nothing": ([listed("Old", 0)], [listed("New", 0)], {"New": True}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_choice_goes_along_with_a_new_name_and_with_nothing_else(name: str) -> None:
    before, after, expected = CASES[name]
    account = account_of(user("Alice"))
    keep_folders(account, [INBOX, *before], NOON)
    for folder in account.folders.exclude(name="INBOX"):
        choose(folder, is_synced=not folder.is_synced)
    keep_folders(account, [INBOX, *after], NOON)
    synced = {f.name: f.is_synced for f in account.folders.filter(name__in=expected)}
    assert synced == expected
    keep_folders(account, [INBOX, *after], NOON)
    assert {f.name: f.is_synced for f in account.folders.filter(name__in=expected)} == expected


def test_an_empty_listing_loses_no_folder() -> None:
    account = account_of(user("Alice"))
    keep_folders(account, [INBOX], NOON)
    keep_folders(account, [], NOON)
    assert account.folders.get().gone_at is None
