"""The emails of a deal and of a company, as one viewer may see them, in the order of a list.

Newest first and each once, as on a person's page. Reference: Email Association With Deal.
"""

from django.db.models import QuerySet

from postroom.archive.models import Email
from postroom.association.deals import mail_with, of_deal, people_of_company
from postroom.association.related import PAGE, Cursor, RelatedEmail, below, fold_copies, in_order
from postroom.association.visibility import visible_to
from postroom.crm.models import Company, Deal
from postroom.team.models import User


def mail_of(whose: Deal | Company, viewer: User) -> QuerySet[Email]:
    """All copies that the viewer may see."""
    if isinstance(whose, Deal):
        return of_deal(visible_to(viewer), whose)
    return visible_to(viewer).filter(pk__in=mail_with(people_of_company(whose)).values("email"))


def emails_of_business(
    whose: Deal | Company, viewer: User, *, after: Cursor | None = None, limit: int = PAGE
) -> list[RelatedEmail]:
    """One page of the emails of a deal or a company, strictly below `after`."""
    emails = in_order(mail_of(whose, viewer), None)
    found: list[RelatedEmail] = []
    size = limit * 4
    while len(found) < limit:
        copies = list((emails.filter(below(after)) if after else emails)[:size])
        rows = fold_copies(copies, viewer)
        if len(copies) < size:
            return [*found, *rows][:limit]
        # Of the last email there may be more copies: it is asked for anew, unless it is all there.
        found += rows[:-1] or rows
        after = found[-1].cursor
    return found[:limit]
