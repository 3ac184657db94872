"""What to change in an account's open page."""

from collections.abc import Iterator

from django.template.loader import render_to_string
from django.utils import timezone

from postroom.accounts.models import EmailAccount
from postroom.team.models import User
from postroom.web.live.streams import Event
from postroom.web.mailbox.sections import LIVE_PARTS, live_sections_of


def health_events(account: EmailAccount, viewer: User) -> Iterator[Event]:
    """The moving parts of the page as they are now."""
    context = live_sections_of(account, viewer, timezone.now())
    yield Event("parts", "".join(render_to_string(part, context) for part in LIVE_PARTS))
