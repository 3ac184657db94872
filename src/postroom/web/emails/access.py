"""Find an email for a viewer. What they may not see is not there."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from postroom.archive.models import Email
from postroom.association import Sight, own_emails
from postroom.association.people import known_people_on
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.readings import note_reading
from postroom.association.visibility import premises, seen_by
from postroom.crm.models import Person
from postroom.team.models import User
from postroom.team.written_once import written_once
from postroom.web.row_ids import parse_row_id


def get_email(viewer: User, pk: int) -> Email:
    """The email, if the viewer may see it; otherwise the same 404 as for one that never was.

    Its owner may open it too when it has left the lists: to take it back out of the trash.
    """
    found = one_seen(viewer.pk, accounts_in_reach(viewer), pk) if viewer.is_active else ()
    return next(iter(found), None) or get_own_email(viewer, pk)


def get_readable_email(viewer: User, pk: int) -> Email:
    """The email, if the viewer may see everything of it; otherwise it has nothing to give."""
    email = get_email(viewer, pk)
    if email.sight < Sight.EVERYTHING:
        raise Http404
    note_reading(email, viewer, timezone.now())
    return email


def get_own_email(viewer: User, pk: int) -> Email:
    """The email to act on: its owner's alone."""
    email = find_among(own_emails(viewer), pk)
    if email is None:
        raise Http404
    return email


def find_among(emails: QuerySet[Email], pk: int) -> Email | None:
    """The one of these emails, with what its page needs."""
    return with_all_of_it(emails, pk).first()


def with_all_of_it(emails: QuerySet[Email], pk: int) -> QuerySet[Email]:
    """The same as a query."""
    return emails.select_related("account__owner", "raw").filter(pk=pk)


@written_once(premises)
def one_seen(viewer: int, reach: InReach, pk: int) -> QuerySet[Email]:
    """The one that an active viewer may see."""
    return with_all_of_it(seen_by(User(pk=viewer), reach), pk)


def find_email(viewer: User, text: str) -> Email | None:
    """The visible email whose id stands in a URL's query, if it is one."""
    try:
        return get_email(viewer, parse_row_id(text))
    except (ValueError, Http404):
        return None


def find_person_on(email: Email, text: str) -> Person | None:
    """The person whose id stands in a URL's query, if they are on the email."""
    try:
        pk = parse_row_id(text)
    except ValueError:
        return None
    return next((person for person in known_people_on(email) if person.pk == pk), None)
