"""Whole addresses of pages, for those who read an email and not a page."""

from django.conf import settings
from django.urls import reverse


def url_of(page: str, *arguments: int | str) -> str:
    """A page's address, from POSTROOM_URL on."""
    return f"{settings.ENVIRONMENT.url}{reverse(page, args=arguments)}"
