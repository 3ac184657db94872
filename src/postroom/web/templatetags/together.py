"""A team's work on an email, for templates: `{% team_of_email email %}`."""

from typing import Any

from django import template

from postroom.accounts.members import team_of
from postroom.archive.models import Email
from postroom.web.emails.together import together_on

register = template.Library()


@register.inclusion_tag("emails/team.html", takes_context=True)
def team_of_email(context: dict[str, Any], email: Email) -> dict[str, object]:
    """Whose it is, what members said of it, and who is at it; nothing where there is no team."""
    viewer = context["request"].user
    token = context.get("csrf_token")
    return {"together": together_on(email, viewer), "csrf_token": token, "doing": "reading"}


@register.inclusion_tag("emails/presence.html", takes_context=True)
def present_while_writing(context: dict[str, Any], email: Email | None) -> dict[str, object]:
    """That one answers this email, and the warning when a colleague does."""
    viewer = context["request"].user
    is_shown = email is not None and team_of(email.account).filter(pk=viewer.pk).exists()
    token = context.get("csrf_token")
    return {"email": email if is_shown else None, "csrf_token": token, "doing": "writing"}
