"""Our own files: found once, pressed once, kept for good where the address says what is in them."""

import gzip
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_only_middleware
from servestatic.middleware import ServeStaticMiddleware

FOR_GOOD: Final = "public, max-age=31536000, immutable"
TEXTS: Final = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")
_PRESSED: dict[tuple[str, str], bytes] = {}  # They are few.

GetResponse = Callable[[HttpRequest], HttpResponseBase]


@sync_only_middleware
def our_files(get_response: GetResponse) -> GetResponse:
    """Answer with the file of that address, where there is one."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        is_one = request.path_info.startswith(settings.STATIC_URL)
        if not is_one or (file := find(request.path_info)) is None:
            return get_response(request)
        return lightly(request, whole(request, file))

    return respond


def find(path: str) -> Any:
    """The file; looked for anew each time while Postroom is worked on."""
    return known().find_file(path) if known().autorefresh else known().files.get(path)


@cache
def known() -> Any:
    """All there are. Of the library's middleware only what it knows is used: it is for the loop."""

    async def nobody(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=404)

    return ServeStaticMiddleware(nobody)


def whole(request: HttpRequest, file: Any) -> HttpResponse:
    """What the library answers: the file, a part of it, or that it has not changed."""
    found = file.get_response(request.method, request.META)
    response = HttpResponse(status=int(found.status))
    del response.headers["Content-Type"]
    for name, value in found.headers:
        if value is not None:
            response.headers[name] = value
    if found.file is not None:
        with found.file as opened:
            response.content = opened.read()
    return response


def lightly(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The same, kept for good and pressed where both may be."""
    if "v" in request.GET and response.status_code in (200, 304) and not settings.DEBUG:
        response.headers["Cache-Control"] = FOR_GOOD
    takes_it = "gzip" in request.headers.get("Accept-Encoding", "")
    is_text = response.headers.get("Content-Type", "").startswith(TEXTS)
    if takes_it and is_text and request.method == "GET" and response.status_code == 200:
        press(request.path, response)
    return response


def press(path: str, response: HttpResponse) -> None:
    """Make it light; pressed once for all who ask for it."""
    which = path, response.headers.get("ETag", "")
    if which not in _PRESSED:
        _PRESSED[which] = gzip.compress(response.content, mtime=0)
    response.content = _PRESSED[which]
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.content))
    patch_vary_headers(response, ["Accept-Encoding"])
