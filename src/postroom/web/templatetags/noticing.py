"""What is known of the opening of a sent email, for templates."""

from django import template
from django.db.models import QuerySet

from postroom.archive.models import Email
from postroom.outbox.models import OutgoingEmail, PlaceKind
from postroom.outbox.sightings import HONEST, seen_of
from postroom.team.written_once import written_once

register = template.Library()


@register.inclusion_tag("writing/seen.html")
def seen_of_outgoing(outgoing: OutgoingEmail) -> dict[str, object]:
    """On the page of what one sent."""
    seen = seen_of(outgoing) if outgoing.places.exists() else None
    return {"seen": seen, "honest": HONEST}


@register.inclusion_tag("writing/seen.html")
def seen_of_email(email: Email) -> dict[str, object]:
    """On the page of its copy in the mailbox, for whoever sees all of it."""
    noticed = noticed_as(email.pk)
    seen = seen_of(noticed[0]) if noticed else None
    return {"seen": seen, "honest": HONEST, "email": email}


@written_once()
def noticed_as(copy: int) -> QuerySet[OutgoingEmail]:
    """The email written here that has this copy, if its opening is noticed."""
    noticed = OutgoingEmail.objects.filter(copy=copy, places__kind=PlaceKind.IMAGE)
    return noticed.defer("raw", "copy_raw")[:1]
