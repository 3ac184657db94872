"""What a browser tells of: mail that came into the columns its user chose.

To the user's own browser, over the page's own stream, and never by a service of somebody else's.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from postroom.archive.models import Email
from postroom.association.inbox import AnyColumn, inboxes_of
from postroom.association.inbox_news import arrived, last_recorded
from postroom.team.models import User
from postroom.web.emails.rows import participants_of, said
from postroom.web.inbox.rows import sender_on
from postroom.web.live.hub import Subscriber
from postroom.web.live.streams import Event
from postroom.web.row_ids import parse_row_id

LONGEST = 120


@dataclass(slots=True)
class Heard:
    """How far a browser heard: what came before `start` is old, and what it was told it knows."""

    subscriber: Subscriber
    start: int = 0
    told: set[int] = field(default_factory=set)

    def begin(self, request: HttpRequest, viewer: User) -> None:
        """Go on where the browser left off; a new one hears what comes from now on."""
        after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
        try:
            self.start = parse_row_id(after)
        except ValueError:
            self.start = last_recorded(viewer)
        self.watch(viewer)

    def watch(self, viewer: User) -> None:
        """Hear of the mailboxes that are the viewer's now."""
        self.subscriber.mailboxes = frozenset(inboxes_of(viewer))

    def events(self, viewer: User, emails: Collection[int] | None) -> Iterator[Event]:
        """One for each email that came into a column of which the viewer wants to be told."""
        self.watch(viewer)
        coming = arrived(viewer, emails, self.start, timezone.now())
        wanted = [(email, column) for email, column in coming if email.pk not in self.told]
        on = participants_of([email.pk for email, _ in wanted])
        for email, column in wanted:
            self.told.add(email.pk)
            sender = sender_on(on[email.pk])
            yield Event("arrived", told(email, column, said(sender) if sender else ""), email.pk)


def told(email: Email, column: AnyColumn, sender: str) -> str:
    """What the notice says: who wrote, what about, in which column."""
    return json.dumps(
        {
            "title": (sender or "Unknown sender")[:LONGEST],
            "body": f"{email.subject[:LONGEST] or '(no subject)'}\n{column.words}",
            "tag": f"email-{email.pk}",
            "url": reverse("email", args=[email.pk]),
        }
    )
