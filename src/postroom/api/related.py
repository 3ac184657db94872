"""A person's Emails related list, and the thread of an email. Reference: View Emails."""

from typing import Literal

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from postroom.api.authentication import KeyRequest
from postroom.api.email_rows import emails_out
from postroom.api.paging import Page, RowId, Wanted, bad_place, page
from postroom.api.people import get_person
from postroom.api.shapes import EmailOut
from postroom.api.sight import get_email
from postroom.archive.models import Direction
from postroom.association import Cursor, related_emails, thread_of
from postroom.mime import canonical_address
from postroom.team.models import User

router = Router(tags=["Emails"])


class EmailsWanted(Wanted):
    """Which emails with a person."""

    shared_by: str = Field(
        default="", max_length=254, description="Only mail of this colleague: an address or an id."
    )
    direction: Literal["sent", "received"] | None = None


@router.get("/people/{person_id}/emails", response=Page[EmailOut])
def list_emails(
    request: KeyRequest,
    response: HttpResponse,
    person_id: RowId,
    wanted: Query[EmailsWanted],
) -> dict[str, object]:
    """The emails with a person that the user of the key may see, newest first."""
    person, place, limit = get_person(person_id), parse_place(wanted.after), wanted.limit
    sharer = find_sharer(wanted.shared_by)
    if wanted.shared_by and sharer is None:
        # The same as for a colleague who shares nothing: the answer tells nobody's existence.
        return page(request, response, [], "")
    found = related_emails(
        person,
        request.auth.user,
        shared_by=sharer,
        direction=Direction(wanted.direction) if wanted.direction else None,
        after=place,
        limit=limit + 1,
    )
    shown = emails_out([row.email for row in found[:limit]])
    return page(request, response, shown, str(found[limit - 1].cursor) if found[limit:] else "")


@router.get("/threads/{email_id}", response=Page[EmailOut])
def show_thread(request: KeyRequest, response: HttpResponse, email_id: RowId) -> dict[str, object]:
    """The emails that answer each other, newest first, as far as the user of the key may see them.

    At most twenty beside the one that is named.
    """
    email = get_email(request.auth.user, email_id)
    others = thread_of(email, request.auth.user, None)
    together = sorted([email, *others], key=lambda one: (one.sent_at, one.pk), reverse=True)
    return page(request, response, emails_out(together), "")


def find_sharer(text: str) -> User | None:
    """The colleague of that id or address."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return User.objects.filter(pk=int(text)).first()
    return User.objects.filter(email=canonical_address(text) or None).first()


def parse_place(after: str) -> Cursor | None:
    """Read the place in the list. Raises Problem."""
    try:
        return Cursor.parse(after) if after else None
    except ValueError:
        raise bad_place() from None
