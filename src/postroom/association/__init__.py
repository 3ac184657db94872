"""Which emails belong to which person, and who may see them: queries only."""

from postroom.accounts.models import Sight
from postroom.association.ownership import own_emails
from postroom.association.people import emails_of, known_addresses, people_on
from postroom.association.related import (
    Cursor,
    RelatedEmail,
    all_related_emails,
    related_emails,
    sharers_with,
)
from postroom.association.searching import Found, search
from postroom.association.threads import thread_of
from postroom.association.visibility import readable_by, visible_to

__all__ = [
    "Cursor",
    "Found",
    "RelatedEmail",
    "Sight",
    "all_related_emails",
    "emails_of",
    "known_addresses",
    "own_emails",
    "people_on",
    "readable_by",
    "related_emails",
    "search",
    "sharers_with",
    "thread_of",
    "visible_to",
]
