"""The customer beside the mail, for templates: `{% customer_beside email people told_below %}`."""

from typing import Any

from django import template

from postroom.archive.models import Email
from postroom.crm.models import Deal, Person
from postroom.web.emails.customer import beside

register = template.Library()


@register.inclusion_tag("emails/customer.html", takes_context=True)
def customer_beside(
    context: dict[str, Any], email: Email, people: list[Person], told_below: Deal | None
) -> dict[str, object]:
    """The people on the email, and who on it could be added; one deal is told below, with why."""
    shown = beside(email, people, told_below, context["request"].user)
    return shown | {"request": context["request"], "csrf_token": context.get("csrf_token")}
