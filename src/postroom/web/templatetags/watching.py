"""The watch of a sent email, for templates: `{% watch_of email %}`."""

from typing import Any

from django import template

from postroom.archive.models import Email
from postroom.web.emails.watching import watched

register = template.Library()


@register.inclusion_tag("emails/watch.html", takes_context=True)
def watch_of(context: dict[str, Any], email: Email) -> dict[str, object]:
    """Whether one is told if nobody answers it."""
    shown = watched(email, context["request"].user)
    return shown | {"csrf_token": context.get("csrf_token")}
