"""What browsers are told about every response: nothing inline, nothing foreign.

Two policies. Pages run our own scripts and styles and nothing else. Sealed responses carry
bytes that a stranger wrote (a mail's HTML, an attachment): they run nothing, load nothing from
the network and have no origin. Design, decision 10.
"""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_only_middleware

from postroom.web.time_zones import use_time_zone_of

PAGE_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "frame-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)

SEALED_POLICY = "; ".join(
    (
        "sandbox allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "img-src data:",
        "style-src 'unsafe-inline'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)

NEVER_KEPT = "private, no-store"

AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)
GetResponse = Callable[[HttpRequest], HttpResponseBase]


@sync_only_middleware
def page_policy(get_response: GetResponse) -> GetResponse:
    """Add the headers; signed-in pages are never kept by caches, so that "back" shows no mail."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        with use_time_zone_of(request):
            response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        response.headers.setdefault("Cache-Control", NEVER_KEPT)
        return response

    return respond


def seal(response: AnyResponse) -> AnyResponse:
    """Make a response that carries a stranger's bytes harmless wherever it is opened."""
    response.headers["Content-Security-Policy"] = SEALED_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-DNS-Prefetch-Control"] = "off"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = NEVER_KEPT
    return response
