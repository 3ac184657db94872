"""What an address asks of an Emails list: whose mail, which of it, in what order.

Everything is in the address, so that a link shows the same list to whoever may see it. What cannot
be read is not asked for.
"""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q
from django.utils.http import urlencode

from postroom.archive.search_query import TYPED
from postroom.association.filters import WAYS, Filters, is_day
from postroom.outbox.returned import RETURNED
from postroom.team.models import User


def parse_filters(asked: Mapping[str, str], shared_by: User | None) -> Filters:
    """Read an address; who shares was looked up, for not everybody is found."""
    way = asked.get("way", "")
    return Filters(
        shared_by=shared_by,
        way=way if way in WAYS else "",
        is_unread=asked.get("unread") == "1",
        has_attachments=asked.get("attachments") == "1",
        since=parse_day(asked.get("since", "")),
        until=parse_day(asked.get("until", "")),
        words=asked.get("words", "").replace("\0", "")[:TYPED],
        is_oldest_first=asked.get("sort") == "oldest",
        as_threads=asked.get("as") == "threads",
        besides=RETURNED if way == "bounced" else Q(),
    )


def parse_day(text: str) -> date | None:
    """A day as date fields write it; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_day(day) else None


def written(filters: Filters, **further: str) -> str:
    """The query of an address that asks for the same; empty for the whole list."""
    asked = {
        "shared_by": str(filters.shared_by.pk) if filters.shared_by else "",
        "way": filters.way,
        "unread": "1" if filters.is_unread else "",
        "attachments": "1" if filters.has_attachments else "",
        "since": filters.since.isoformat() if filters.since else "",
        "until": filters.until.isoformat() if filters.until else "",
        "words": filters.words,
        "sort": "oldest" if filters.is_oldest_first else "",
        "as": "threads" if filters.as_threads else "",
    }
    said = urlencode({name: value for name, value in (asked | further).items() if value})
    return f"?{said}" if said else ""
