"""The customer beside the mail, for templates: `{% customer_beside email people %}`."""

from typing import Any

from django import template

from postroom.archive.models import Email
from postroom.association.deals import deal_for_email
from postroom.crm.models import Person
from postroom.web.emails.customer import cards_for, find_newcomer

register = template.Library()


@register.inclusion_tag("emails/customer.html", takes_context=True)
def customer_beside(
    context: dict[str, Any], email: Email, people: list[Person]
) -> dict[str, object]:
    """The people on the email, and who on it could be added."""
    viewer = context["request"].user
    return {
        "email": email,
        "cards": cards_for(viewer, people),
        "newcomer": find_newcomer(email),
        "told_below": deal_for_email(email).deal,  # With why it is the email's.
    }
