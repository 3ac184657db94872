"""What is known of the opening of a sent email, for templates."""

from django import template

from postroom.archive.models import Email
from postroom.outbox.models import OutgoingEmail, PlaceKind
from postroom.outbox.sightings import HONEST, seen_of

register = template.Library()


@register.inclusion_tag("writing/seen.html")
def seen_of_outgoing(outgoing: OutgoingEmail) -> dict[str, object]:
    """On the page of what one sent."""
    seen = seen_of(outgoing) if outgoing.places.exists() else None
    return {"seen": seen, "honest": HONEST}


@register.inclusion_tag("writing/seen.html")
def seen_of_email(email: Email) -> dict[str, object]:
    """On the page of its copy in the mailbox, for whoever sees all of it."""
    noticed = OutgoingEmail.objects.filter(copy=email, places__kind=PlaceKind.IMAGE)
    outgoing = noticed.defer("raw", "copy_raw").first()
    seen = seen_of(outgoing) if outgoing else None
    return {"seen": seen, "honest": HONEST, "email": email}
