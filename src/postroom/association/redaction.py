"""Emails leave the database without what their viewer may not see of them.

Done where rows become emails, and not in the pages: a template that shows a subject too many has
none to show.
"""

from collections.abc import Iterator

from django.db.models import QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.query import ModelIterable

from postroom.accounts.models import Sight
from postroom.archive.models import Email

SIGHT = "sight"
WHOLE = Value(Sight.EVERYTHING.value)


def redacted(emails: QuerySet[Email], sight: Combinable) -> QuerySet[Email]:
    """The same emails, each with its sight and cut down to it. For reading, never to be saved."""
    emails = emails.annotate(**{SIGHT: sight})
    emails._iterable_class = Redacting  # Kept by clones.
    return emails


class Redacting(ModelIterable):  # type: ignore[type-arg]
    """The rows of a query as emails that hold no more than they may."""

    def __iter__(self) -> Iterator[Email]:
        return map(cut_down, super().__iter__())


def cut_down(email: Email) -> Email:
    """Take away what is above the email's sight."""
    if email.sight < Sight.SUBJECT:
        email.subject = ""
    if email.sight < Sight.EVERYTHING:
        email.snippet, email.has_attachments, email.raw = "", False, None
    return email
