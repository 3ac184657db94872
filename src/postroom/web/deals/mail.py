"""The mail of a deal or a company, one page of it, as one viewer sees it."""

from dataclasses import dataclass

from postroom.association.deal_mail import emails_of_business
from postroom.association.related import PAGE
from postroom.crm.models import Company, Deal
from postroom.team.models import User
from postroom.web.emails.related import parse_cursor
from postroom.web.emails.rows import EmailRow, rows_of


@dataclass(frozen=True, slots=True)
class MailPage:
    """Rows, and the place where the list goes on (empty at its end)."""

    rows: list[EmailRow]
    next: str
    is_first: bool


def mail_page(whose: Deal | Company, viewer: User, after: str) -> MailPage:
    """The page below `after`; an unreadable place means the newest."""
    place = parse_cursor(after)
    found = emails_of_business(whose, viewer, after=place, limit=PAGE + 1)
    rows = rows_of(found[:PAGE])
    return MailPage(rows, rows[-1].cursor if len(found) > PAGE else "", place is None)
