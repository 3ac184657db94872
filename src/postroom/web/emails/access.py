"""Find an email for a viewer. What they may not see is not there."""

from django.http import Http404

from postroom.archive.models import Email
from postroom.association import people_on, visible_to
from postroom.crm.models import Person
from postroom.team.models import User
from postroom.web.row_ids import parse_row_id


def get_email(viewer: User, pk: int) -> Email:
    """The email, if the viewer may see it; otherwise the same 404 as for one that never was."""
    email = visible_to(viewer).select_related("account__owner", "raw").filter(pk=pk).first()
    if email is None:
        raise Http404
    return email


def find_email(viewer: User, text: str) -> Email | None:
    """The visible email whose id stands in a URL's query, if it is one."""
    try:
        return get_email(viewer, parse_row_id(text))
    except (ValueError, Http404):
        return None


def find_person_on(email: Email, text: str) -> Person | None:
    """The person whose id stands in a URL's query, if they are on the email."""
    try:
        return people_on(email).filter(pk=parse_row_id(text)).first()
    except ValueError:
        return None
