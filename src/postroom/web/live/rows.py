"""What to change in an open Emails related list, for one viewer."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.template.loader import render_to_string

from postroom.accounts.asking import number_waiting
from postroom.association.filters import Filters
from postroom.association.glimpses import Copies, Glimpses, folded
from postroom.association.glimpses import rows_of as related_rows_of
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.related import emails_between, emails_with
from postroom.association.visibility import in_sight_of
from postroom.crm.models import Company, Deal, Person
from postroom.sync.inquiring import is_looked_for
from postroom.team.models import User
from postroom.web.emails.related import filters_for, found_for
from postroom.web.emails.rows import EmailRow, rows_of
from postroom.web.live.streams import Event

Related = Person | Company | Deal


def row_events(
    whose: Related, asked: Mapping[str, str], viewer: User, emails: Collection[int] | None
) -> Iterator[Event]:
    """Changed rows, then rows to take away; or the newest page whole when `emails` is None.

    A list of threads is always brought in line as a whole: an email that comes moves its thread.
    So is a deal's, for which emails answer each other (ADR 38). Of emails of which the viewer sees
    none nothing is said, not even that: when it is said would tell of them.
    """
    touched = [] if emails is None else in_sight(whose, viewer, emails)
    if emails is not None and not touched:
        return
    reach = accounts_in_reach(viewer)
    filters = filters_for(whose, viewer, asked, reach)
    is_by_the_page = filters.as_threads or isinstance(whose, Deal)
    if emails is None or is_by_the_page:
        page = found_for(whose, viewer, filters, None, reach)
        yield Event("page", rendered(whose, rows_of(page.rows), is_whole=page.next is None))
    if emails is None:
        if isinstance(whose, Person):
            looked_for = {"person": whose, "is_looked_for": is_looked_for(whose, viewer)}
            yield Event("parts", render_to_string("emails/looked_for.html", looked_for))
        yield waiting_requests(viewer)
        return
    if not is_by_the_page:
        yield from changed(whose, filters, viewer, reach, [bytes(row[1]) for row in touched])
    if gone := sorted(pk for pk, _, removed_at in touched if removed_at):
        yield Event("gone", " ".join(map(str, gone)))


def changed(
    whose: Related, filters: Filters, viewer: User, reach: InReach, identities: list[bytes]
) -> Iterator[Event]:
    """The rows of these emails; what the filters leave out is changed where it stands already."""
    copies = copies_of(whose, filters, viewer, reach, identities)
    shown = [some for some in copies if some[0].is_asked_for]
    left_out = [some for some in copies if not some[0].is_asked_for]
    rows, others = (rows_of(related_rows_of(some, viewer, reach)) for some in (shown, left_out))
    if rows or others:
        yield Event("rows", rendered(whose, rows, others))


def copies_of(
    whose: Related, filters: Filters, viewer: User, reach: InReach, identities: list[bytes]
) -> list[Copies]:
    """All the copies of each of these emails that the viewer may see, of those who are chosen."""
    visible = emails_between(whose, viewer, reach).filter(identity__in=identities)
    if filters.shared_by:
        visible = visible.filter(account__owner=filters.shared_by)
    conditions = replace(filters.choice.conditions(viewer), is_settled=False)
    ids = visible.values_list("pk", flat=True)
    return folded(Glimpses(visible, conditions).of(ids), reach)


def waiting_requests(viewer: User) -> Event:
    """How many requests wait for the viewer's answer."""
    waiting = {"number": number_waiting(viewer)}
    return Event("parts", render_to_string("parts/waiting_requests.html", waiting))


def in_sight(
    whose: Related, viewer: User, emails: Collection[int]
) -> list[tuple[int, bytes | memoryview, datetime | None]]:
    """Of these, the emails that the viewer may see, or could before they were removed.

    With their identity: where one copy went, another may take its row. Of mail they never saw,
    nobody learns that it went.
    """
    found = emails_with(whose).filter(in_sight_of(viewer), pk__in=emails)
    return list(found.values_list("pk", "identity", "removed_at"))


def rendered(
    whose: Related,
    rows: list[EmailRow],
    left_out: Collection[EmailRow] = (),
    *,
    is_whole: bool = False,
) -> str:
    """The rows as the page has them; `is_whole` when there are no others below them."""
    person = whose if isinstance(whose, Person) else None
    context = {"rows": rows, "left_out": left_out, "person": person, "is_whole": is_whole}
    return render_to_string("emails/changed_rows.html", context)
