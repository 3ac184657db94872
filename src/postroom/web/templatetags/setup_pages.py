"""The line of Setup's pages for templates: `{% setup_pages "users" %}`."""

from typing import Any

from django import template

from postroom.web.setup_pages import setup_pages_for

register = template.Library()


@register.inclusion_tag("parts/setup_pages.html", takes_context=True)
def setup_pages(context: dict[str, Any], here: str) -> dict[str, object]:
    """The pages that whoever looks may open; nothing when there is only this one."""
    pages = setup_pages_for(context["request"].user)
    return {"pages": pages if len(pages) > 1 else [], "here": here}
