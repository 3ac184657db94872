"""A person's list as one user sees it, for administrators: who and when, and never what about.

It comes out of `visible_to` of that user, and is cut down before anybody has it in hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.models import AccessRequest, Sight
from postroom.archive.models import Email
from postroom.association.cursors import Cursor
from postroom.association.glimpses import RelatedEmail
from postroom.association.reasons import Reason, reason_for
from postroom.association.redaction import cut_down
from postroom.association.related import related_emails
from postroom.association.visibility import visible_to
from postroom.crm.models import Person
from postroom.team.models import User


@dataclass(frozen=True, slots=True)
class Viewed:
    """A row without content: why the user sees it, and what they asked for it last."""

    related: RelatedEmail
    reason: Reason
    asked: AccessRequest | None


def viewed_as(
    user: User, person: Person, now: datetime, *, after: Cursor | None = None
) -> tuple[list[Viewed], Cursor | None]:
    """One page of the person's emails as the user sees them, cut down to who and when.

    And where it goes on.
    """
    page = related_emails(person, user, after=after)
    related = page.rows
    emails = [without_content(row.email) for row in related]
    reasons = reason_for(emails, user, now)
    asked = last_asked(emails, user)
    viewed = [
        Viewed(row, reasons[row.email.pk], asked.get((row.email.account_id, row.cursor.identity)))
        for row in related
    ]
    return viewed, page.next


def find_viewed(user: User, pk: int) -> Email | None:
    """One email that the user sees, without its content."""
    found = visible_to(user).select_related("account__owner").filter(pk=pk).first()
    return without_content(found) if found else None


def without_content(email: Email) -> Email:
    """The same email, of which no more than who and when is left."""
    email.sight = Sight.WHEN
    return cut_down(email)


def last_asked(emails: Sequence[Email], user: User) -> dict[tuple[int, bytes], AccessRequest]:
    """What the user asked for last, of each of these emails."""
    asked = AccessRequest.objects.filter(
        asked_by=user,
        account__in={email.account_id for email in emails},
        identity__in={bytes(email.identity) for email in emails},
    )
    return {(r.account_id, bytes(r.identity)): r for r in asked.order_by("asked_at")}
