"""One page of a person's Emails related list, with the choice of whose mailbox to look into."""

from dataclasses import dataclass

from postroom.association import related_emails, sharers_with
from postroom.association.related import PAGE, Cursor
from postroom.crm.models import Person
from postroom.team.models import User
from postroom.web.emails.rows import EmailRow, rows_of
from postroom.web.row_ids import parse_row_id


@dataclass(frozen=True, slots=True)
class RelatedPage:
    """Rows, the place where the list goes on (empty at its end), and the drop-down."""

    rows: list[EmailRow]
    next: str
    is_first: bool
    shared_by: User | None


def related_page(person: Person, viewer: User, shared_by: User | None, after: str) -> RelatedPage:
    """The page below `after`; an unreadable place means the newest."""
    place = parse_cursor(after)
    related = related_emails(person, viewer, shared_by=shared_by, after=place, limit=PAGE + 1)
    rows = rows_of(related[:PAGE])
    more = len(related) > PAGE
    return RelatedPage(rows, rows[-1].cursor if more else "", place is None, shared_by)


def parse_cursor(text: str) -> Cursor | None:
    """Read a cursor from a URL; None for anything that is none."""
    try:
        return Cursor.parse(text)
    except ValueError:
        return None


def find_sharer(person: Person, viewer: User, text: str) -> User | None:
    """The colleague chosen in the drop-down, if the viewer sees any of their mail with the person.

    Anyone else counts as *All*: the answer does not tell whether such a user exists.
    """
    try:
        return sharers_with(person, viewer).filter(pk=parse_row_id(text)).first()
    except ValueError:
        return None
