"""Which emails belong to which person, and who may see them: queries only."""

from postroom.association.ownership import own_emails
from postroom.association.people import emails_of, known_addresses, people_on
from postroom.association.related import (
    Cursor,
    RelatedEmail,
    all_related_emails,
    related_emails,
    sharers_with,
)
from postroom.association.visibility import visible_to

__all__ = [
    "Cursor",
    "RelatedEmail",
    "all_related_emails",
    "emails_of",
    "known_addresses",
    "own_emails",
    "people_on",
    "related_emails",
    "sharers_with",
    "visible_to",
]
