"""An email's deal for templates: `{% dealing_of email as dealing %}{% deal_block dealing %}`."""

from typing import Any

from django import template

from postroom.web.emails.dealing import Dealing, dealing_of

register = template.Library()
register.simple_tag(dealing_of)


@register.inclusion_tag("emails/deal.html", takes_context=True)
def deal_block(context: dict[str, Any], dealing: Dealing) -> dict[str, object]:
    """Which deal it belongs to and why, with the choice of another one."""
    return {"dealing": dealing, "csrf_token": context.get("csrf_token")}
