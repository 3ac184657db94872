"""The row of actions for templates: `{% actions_of email %}`, and folders as people call them."""

from django import template
from django.utils import timezone

from postroom.archive.labels import labels_of
from postroom.archive.models import Email, Folder, Label
from postroom.web.emails.standing import Standing, called, standing_of

register = template.Library()


@register.inclusion_tag("emails/parts/actions.html")
def actions_of(email: Email) -> dict[str, Standing]:
    """What the owner can do with the email, and how far that came."""
    return {"standing": standing_of(email, timezone.now())}


@register.inclusion_tag("labels/chips.html")
def labels_on(email: Email) -> dict[str, list[Label]]:
    """The labels of an email that is read whole, for a colleague of its owner."""
    return {"labels": labels_of([email]).get(email.pk, [])}


@register.filter
def folder_called(folder: Folder) -> str:
    """A folder's name without what stands before all names of its account."""
    return called(folder)
