"""How what stands in the search box may go on: operators, their values, names, kept searches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from postroom.accounts.members import mailboxes_of
from postroom.archive.models import Folder, FolderRole
from postroom.archive.search_misread import misread
from postroom.association.suggesting import known_like
from postroom.mime.words import fold
from postroom.team.models import SavedSearch, User

MOST = 8
MOST_NAMES = 5

# What the page tells of operators, and what they mean to whom they are suggested.
OPERATORS = (
    ("from:", "Who wrote it", "from:lena"),
    ("to:", "Who got it, in To, Cc or Bcc", "to:sales@example.com"),
    ("subject:", "Words of the subject", 'subject:"price list"'),
    ("person:", "With a lead or contact", "person:lena"),
    ("has:attachment", "With attachments", "has:attachment"),
    ("filename:", "Name of an attachment", "filename:pdf"),
    ("in:", "In a folder of yours", "in:archive"),
    ("label:", "With this label", "label:fair"),
    ("is:", "Unread, flagged, answered, sent", "is:unread"),
    ("after:", "On that day or later", "after:2026-03-01"),
    ("before:", "Before that day", "before:2026-03"),
    ("on:", "In that day, month or year", "on:2026"),
    ("is:note", "Notes, and likewise tasks: is:task", "is:note offer"),
    ("shared-by:", "In a colleague’s mailbox", "shared-by:bob"),
)
VALUES = {
    "is:": ("unread", "read", "flagged", "answered", "sent", "received", "note", "task"),
    "has:": ("attachment",),
}
DAYS = ("before:", "after:", "on:")
NAMING = ("from:", "to:", "person:")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to go on: the whole query then, what is shown of it, and a word beside it.

    `goes`: it is a whole search.
    """

    query: str
    label: str
    hint: str
    icon: str
    goes: bool = False


def suggestions_for(viewer: User, typed: str, today: date) -> list[Suggestion]:
    """The few best ways to go on, the likely ones first."""
    head, space, last = typed.rpartition(" ")
    before = head + space
    operator, colon, value = last.partition(":")
    operator = operator.lower() + colon
    if operator in NAMING and not value:
        found = operators(before, last)
    elif operator in NAMING:
        found = names(viewer, before, value, operator)
    elif operator in VALUES:
        found = values(before, operator, value, VALUES[operator])
    elif operator in DAYS:
        found = values(before, operator, value, days_of(today))
    elif operator == "in:":
        found = values(before, operator, value, folders_of(viewer))
    else:
        found = anything(viewer, before, last)
    return list(islice(found, MOST))


def anything(viewer: User, before: str, last: str) -> Iterator[Suggestion]:
    """Operators that begin so, kept searches that are called so, people."""
    if not last:
        return
    yield from operators(before, last)
    if not before:
        kept = SavedSearch.objects.filter(user=viewer, name__icontains=last)
        for one in kept[:3]:
            yield Suggestion(one.words, one.name, "Kept search", "bookmark", goes=True)
    yield from names(viewer, before, last, "")


def operators(before: str, last: str) -> Iterator[Suggestion]:
    """Those that begin so, or that wait for their value."""
    for name, hint, _ in OPERATORS:
        if name.startswith(last.lower()):
            yield Suggestion(before + name, name, hint, "list-filter")


def names(viewer: User, before: str, value: str, operator: str) -> Iterator[Suggestion]:
    """People whom the viewer may know."""
    for one in known_like(viewer, value.strip('"'), MOST_NAMES):
        wanted = operator or ("person:" if one.person else "from:")
        icon = "user-round" if one.person else "mail"
        query = f"{before}{wanted}{one.address} "
        yield Suggestion(query, one.name or one.address, one.address, icon)


def values(before: str, operator: str, value: str, possible: Iterable[str]) -> Iterator[Suggestion]:
    """The values that begin so; all of them, where there is no such value."""
    possible = list(possible)
    begun = [one for one in possible if fold(one).startswith(fold(value.strip('"')))]
    for one in begun or (possible if misread(operator + value) else []):
        said = f'"{one}"' if " " in one else one
        yield Suggestion(f"{before}{operator}{said} ", f"{operator}{said}", "", "list-filter")


def days_of(today: date) -> tuple[str, str, str]:
    """This day, its month and its year, as a search takes them."""
    day = today.isoformat()
    return day, day[:7], day[:4]


def folders_of(viewer: User) -> list[str]:
    """The viewer's own folders by name, and those that have a part by it."""
    folders = Folder.objects.filter(account__in=mailboxes_of(viewer), gone_at__isnull=True)
    found = list(folders.values_list("role", "name"))
    roles = {role for role, _ in found} - {FolderRole.OTHER}
    return sorted({*map(str, roles), *(name for role, name in found if role == FolderRole.OTHER)})
