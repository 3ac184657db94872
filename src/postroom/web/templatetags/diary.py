"""Tasks and notes for templates: `{% diary_about person %}`, and the badge of what is overdue."""

from typing import Any

from django import template
from django.utils import timezone

from postroom.crm.records import Record
from postroom.crm.tasks import number_overdue
from postroom.web.diary.section import diary_of

register = template.Library()


@register.inclusion_tag("diary/section.html", takes_context=True)
def diary_about(context: dict[str, Any], record: Record) -> dict[str, object]:
    """The section of a record's page."""
    diary = diary_of(record, context["request"].user)
    return {"diary": diary, "request": context["request"], "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("diary/overdue.html", takes_context=True)
def overdue_tasks(context: dict[str, Any], is_answer: bool = False) -> dict[str, object]:
    """How many tasks of whoever looks are overdue; an answer changes what the menu says."""
    number = number_overdue(context["request"].user, timezone.localdate())
    return {"number": number, "is_answer": is_answer}
