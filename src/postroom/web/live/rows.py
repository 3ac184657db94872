"""What to change in an open Emails related list, for one viewer."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.template.loader import render_to_string

from postroom.accounts.asking import number_waiting
from postroom.archive.models import Email
from postroom.association import RelatedEmail, emails_of
from postroom.association.related import emails_between, fold_copies
from postroom.association.visibility import in_sight_of
from postroom.crm.models import Person
from postroom.sync.inquiring import is_looked_for
from postroom.team.models import User
from postroom.web.emails.related import find_sharer, related_page
from postroom.web.emails.rows import EmailRow, rows_of
from postroom.web.live.streams import Event


def row_events(
    person: Person, shared_by: str, viewer: User, emails: Collection[int] | None
) -> Iterator[Event]:
    """Changed rows, then rows to take away; or the newest page whole when `emails` is None."""
    sharer = find_sharer(person, viewer, shared_by)
    if emails is None:
        page = related_page(person, viewer, sharer, after="")
        yield Event("page", rendered(person, page.rows, is_whole=not page.next))
        looked_for = {"person": person, "is_looked_for": is_looked_for(person, viewer)}
        yield Event("parts", render_to_string("emails/looked_for.html", looked_for))
        yield waiting_requests(viewer)
        return
    visible = emails_between(person, viewer)
    if sharer:
        visible = visible.filter(account__owner=sharer)
    touched = in_sight(person, viewer, emails)
    if related := with_all_copies(visible, viewer, [identity for _, identity, _ in touched]):
        yield Event("rows", rendered(person, rows_of(related)))
    if gone := sorted(pk for pk, _, removed_at in touched if removed_at):
        yield Event("gone", " ".join(map(str, gone)))


def waiting_requests(viewer: User) -> Event:
    """How many requests wait for the viewer's answer."""
    waiting = {"number": number_waiting(viewer)}
    return Event("parts", render_to_string("parts/waiting_requests.html", waiting))


def with_all_copies(
    visible: QuerySet[Email], viewer: User, identities: Iterable[bytes | memoryview]
) -> list[RelatedEmail]:
    """The rows of these emails, with all the copies of each that the viewer may see."""
    copies = visible.filter(identity__in=list(identities))
    return fold_copies(list(copies), viewer)


def in_sight(
    person: Person, viewer: User, emails: Collection[int]
) -> list[tuple[int, bytes | memoryview, datetime | None]]:
    """Of these, the emails that the viewer may see, or could before they were removed.

    With their identity: where one copy went, another may take its row. Of mail they never saw,
    nobody learns that it went.
    """
    found = emails_of(person).filter(in_sight_of(viewer), pk__in=emails)
    return list(found.values_list("pk", "identity", "removed_at"))


def rendered(person: Person, rows: list[EmailRow], *, is_whole: bool = False) -> str:
    """The rows as the page has them; `is_whole` when there are no others below them."""
    context = {"rows": rows, "person": person, "is_whole": is_whole}
    return render_to_string("emails/changed_rows.html", context)
