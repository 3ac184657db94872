"""What the pages of an email ask of what they show: `{% if attachment|previewed %}`, `|host`."""

from urllib.parse import urlsplit

from django import template

from postroom.mime import Attachment
from postroom.rendering.previews import can_be_previewed

register = template.Library()


@register.filter
def previewed(attachment: Attachment) -> bool:
    """Whether there may be something to look at."""
    return can_be_previewed(attachment)


@register.filter
def host(url: str) -> str:
    """Whose server an address names."""
    return urlsplit(url).hostname or ""
