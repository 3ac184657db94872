"""The row of actions for templates: `{% actions_of email %}`, and folders as people call them."""

from django import template
from django.utils import timezone

from postroom.archive.models import Email, Folder
from postroom.web.emails.standing import Standing, called, standing_of

register = template.Library()


@register.inclusion_tag("emails/parts/actions.html")
def actions_of(email: Email) -> dict[str, Standing]:
    """What the owner can do with the email, and how far that came."""
    return {"standing": standing_of(email, timezone.now())}


@register.filter
def folder_called(folder: Folder) -> str:
    """A folder's name without what stands before all names of its account."""
    return called(folder)
