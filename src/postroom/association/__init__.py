"""Which emails belong to which person, and who may see them: queries only."""

from postroom.accounts.models import Sight
from postroom.association.cursors import Cursor
from postroom.association.glimpses import RelatedEmail
from postroom.association.ownership import own_emails
from postroom.association.people import emails_of, known_addresses, people_on
from postroom.association.related import Choice, Listed, related_emails
from postroom.association.related_counts import Counts, count_related
from postroom.association.related_threads import all_related_emails, related_threads
from postroom.association.searching import Found, search
from postroom.association.sharers import sharers_with
from postroom.association.threads import thread_of
from postroom.association.visibility import readable_by, visible_to

__all__ = [
    "Choice",
    "Counts",
    "Cursor",
    "Found",
    "Listed",
    "RelatedEmail",
    "Sight",
    "all_related_emails",
    "count_related",
    "emails_of",
    "known_addresses",
    "own_emails",
    "people_on",
    "readable_by",
    "related_emails",
    "related_threads",
    "search",
    "sharers_with",
    "thread_of",
    "visible_to",
]
