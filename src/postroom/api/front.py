"""What holds for every answer of the API, whoever wrote it: Django, ninja or we.

An address that does not exist, a verb that is not taken and a fault of ours are problem+json too;
and who asks again for what has not changed is told so (RFC 9110 §13).
"""

from collections.abc import Callable
from time import monotonic
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.decorators import sync_only_middleware

from postroom.api.figures import count_request
from postroom.api.problems import BROKEN, BY_STATUS, MEDIA_TYPE, UNREADABLE, Problem, answer

ROOT: Final = "/api/"
# A program may keep what it got if it asks each time whether it still holds.
ASK_FIRST: Final = "private, no-cache"
KEPT_HEADERS: Final = ("Allow", "Retry-After")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


@sync_only_middleware
def front(get_response: GetResponse) -> GetResponse:
    """Count every request, and give those for the API what all of them get."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        begun = monotonic()
        response = for_api(request) if request.path.startswith(ROOT) else get_response(request)
        count_request(request, response.status_code, monotonic() - begun)
        return response

    def for_api(request: HttpRequest) -> HttpResponseBase:
        if holds_nul(request):
            return finished(request, answer(request, Problem(UNREADABLE)))
        if request.method == "HEAD":
            request.method = "GET"  # The server leaves the body away (RFC 9110 §9.3.2).
        return finished(request, get_response(request))

    return respond


def holds_nul(request: HttpRequest) -> bool:
    """Whether the address holds what PostgreSQL can store in no text."""
    return "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")


def finished(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response as a program gets it."""
    if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
        response = as_problem(request, response)
    response.headers.setdefault("Cache-Control", ASK_FIRST)
    patch_vary_headers(response, ["Authorization"])
    if request.method == "GET" and response.status_code == 200:
        return unless_unchanged(request, response)
    return response


def unless_unchanged(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response, or word that it is what the program has already."""
    if not isinstance(response, HttpResponse):
        return response
    if not response.has_header("ETag"):
        set_response_etag(response)
    etag = response.headers["ETag"]
    return get_conditional_response(request, etag=etag, response=response) or response


def as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """What somebody else said, as a problem."""
    fault = BROKEN if response.status_code >= 500 else UNREADABLE
    kind = BY_STATUS.get(response.status_code, fault)
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return answer(request, Problem(kind, headers=headers))
