"""Pages weigh little on the wire. Our own files do too (`web.our_files`).

Pages hold secrets beside what somebody typed, and how well they press tells of both (BREACH). So
Django adds up to a hundred random octets to each, tokens in forms are masked anew each time, and no
foreign page can have one of ours fetched with its reader's cookie (SameSite). What strangers wrote
is sealed, and goes out as it is; so do streams.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import sync_only_middleware

from postroom.web.security import SEALED_POLICY

PAGES: Final = GZipMiddleware(lambda request: HttpResponse())

GetResponse = Callable[[HttpRequest], HttpResponseBase]


@sync_only_middleware
def light(get_response: GetResponse) -> GetResponse:
    """Press what may be pressed, for who takes it so."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponse) and is_page(response):
            return PAGES.process_response(request, response)
        return response

    return respond


def is_page(response: HttpResponse) -> bool:
    """Whether it is HTML of our own."""
    is_sealed = response.headers.get("Content-Security-Policy") == SEALED_POLICY
    return response.headers.get("Content-Type", "").startswith("text/html") and not is_sealed
