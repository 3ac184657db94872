"""Show times in the reader's own zone, which the browser tells in a cookie."""

from contextlib import AbstractContextManager
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest
from django.utils import timezone

COOKIE = "time_zone"


def use_time_zone_of(request: HttpRequest) -> AbstractContextManager[None]:
    """Reckon in the browser's zone inside the block; in UTC when it names none that exists."""
    return timezone.override(find_zone(request.COOKIES.get(COOKIE, "")))


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of that name; names are checked first, because ZoneInfo reads them as paths."""
    return ZoneInfo(name) if name in _names() else None


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
