"""The deal of an email for templates: `{% deal_of_email email %}`."""

from typing import Any

from django import template

from postroom.archive.models import Email
from postroom.web.emails.dealing import dealing_of

register = template.Library()


@register.inclusion_tag("emails/deal.html", takes_context=True)
def deal_of_email(context: dict[str, Any], email: Email) -> dict[str, object]:
    """Which deal it belongs to and why, with the choice of another one."""
    return {"dealing": dealing_of(email), "csrf_token": context.get("csrf_token")}
