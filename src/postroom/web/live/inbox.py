"""What to tell an open SalesInbox: that it is to look again, and at which emails."""

from collections.abc import Collection, Iterator

from postroom.association import own_emails
from postroom.team.models import User
from postroom.web.live.rows import waiting_requests
from postroom.web.live.streams import Event


def inbox_events(viewer: User, emails: Collection[int] | None) -> Iterator[Event]:
    """The page asks for its rows and counts by itself, as it stands: a tab, or columns."""
    yield Event("inbox", "")
    if emails is None:
        yield waiting_requests(viewer)
        return
    for pk in own_emails(viewer).filter(pk__in=emails).values_list("pk", flat=True):
        yield Event("email", str(pk))
