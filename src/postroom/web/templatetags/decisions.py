"""What owners decide about single emails, for templates: `{% access_to email %}` and the badge."""

from typing import Any

from django import template
from django.utils import timezone

from postroom.accounts.asking import number_waiting
from postroom.archive.models import Email
from postroom.web.decisions.asking import access_of

register = template.Library()


@register.inclusion_tag("emails/access.html", takes_context=True)
def access_to(context: dict[str, Any], email: Email) -> dict[str, object]:
    """Why whoever looks sees the email, and how to ask for the rest."""
    shown = access_of(email, context["request"].user, timezone.now())
    return shown | {"person": context.get("person"), "alone": context.get("alone")}


@register.inclusion_tag("parts/waiting_requests.html", takes_context=True)
def waiting_requests(context: dict[str, Any]) -> dict[str, object]:
    """How many requests wait for an answer of whoever looks."""
    return {"number": number_waiting(context["request"].user)}
