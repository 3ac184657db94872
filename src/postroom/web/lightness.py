"""What goes over the wire weighs little: pages and our own files pressed, files kept for good.

Pages hold secrets beside what somebody typed, and how well they press tells of both (BREACH). So
Django adds up to a hundred random octets to each, tokens in forms are masked anew each time, and no
foreign page can have one of ours fetched with its reader's cookie (SameSite). What strangers wrote
is sealed, and goes out as it is; so do streams.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.decorators import async_only_middleware

from postroom.web.security import SEALED_POLICY

FOR_GOOD: Final = "public, max-age=31536000, immutable"
TEXTS: Final = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")
PAGES: Final = GZipMiddleware(lambda request: HttpResponse())
_PRESSED: dict[tuple[str, str], bytes] = {}  # Our own files, which are few.

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def light(get_response: GetResponse) -> GetResponse:
    """Press what may be pressed, for who takes it so."""

    async def respond(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        if request.path.startswith(settings.STATIC_URL):
            return await file_response(request, response)
        if isinstance(response, HttpResponse) and is_page(response):
            return await asyncio.to_thread(PAGES.process_response, request, response)
        return response

    return respond


def is_page(response: HttpResponse) -> bool:
    """Whether it is HTML of our own."""
    is_sealed = response.headers.get("Content-Security-Policy") == SEALED_POLICY
    return response.headers.get("Content-Type", "").startswith("text/html") and not is_sealed


async def file_response(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """One of our files; one whose address says what is in it may be kept for good."""
    if "v" in request.GET and response.status_code in (200, 304) and not settings.DEBUG:
        response.headers["Cache-Control"] = FOR_GOOD
    takes_it = "gzip" in request.headers.get("Accept-Encoding", "")
    is_text = response.headers.get("Content-Type", "").startswith(TEXTS)
    is_whole = request.method == "GET" and response.status_code == 200
    if takes_it and is_text and is_whole and isinstance(response, StreamingHttpResponse):
        return await pressed(request.path, response)
    return response


async def pressed(path: str, response: StreamingHttpResponse) -> HttpResponse:
    """The file, pressed once for all who ask for it."""
    which = path, response.headers.get("ETag", "")
    if which not in _PRESSED:
        whole = b"".join([part async for part in response])
        _PRESSED[which] = await asyncio.to_thread(gzip.compress, whole, mtime=0)
    response.close()
    headers = {n: v for n, v in response.headers.items() if n != "Content-Length"}
    light = HttpResponse(_PRESSED[which], headers=headers | {"Content-Encoding": "gzip"})
    patch_vary_headers(light, ["Accept-Encoding"])
    return light
