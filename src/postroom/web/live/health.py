"""What to change in an account's open page."""

from collections.abc import Iterator

from django.template.loader import render_to_string
from django.utils import timezone

from postroom.accounts.models import EmailAccount
from postroom.team.models import User
from postroom.web.email_configuration.health import health_of
from postroom.web.live.streams import Event


def health_events(account: EmailAccount, viewer: User) -> Iterator[Event]:
    """The moving parts of the page as they are now."""
    health = health_of(account, timezone.now())
    context = {"health": health, "is_own": account.owner_id == viewer.pk}
    yield Event("parts", render_to_string("email_configuration/health.html", context))
