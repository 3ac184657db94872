"""Every page and every answer asks the database for its own viewer's eyes. ADR 0032."""

from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_only_middleware

from postroom.archive import wall
from postroom.team.once_a_page import making_a_page

SAFE = ("GET", "HEAD")
GetResponse = Callable[[HttpRequest], HttpResponseBase]


@sync_only_middleware
def behind_the_wall(get_response: GetResponse) -> GetResponse:
    """Enter as the request's user, or as nobody; below the middleware that finds the user.

    An API key's user is known only later, and then looks for themselves (`wall.look_as`). Whoever
    shows neither session nor key needs nothing that is guarded, and perhaps no database at all.
    """

    def respond(request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES and not has_key(request):
            return get_response(request)
        before = enter(request)
        try:
            with making_a_page() if request.method in SAFE else nullcontext():
                response = get_response(request)
        finally:
            wall.give_back(*before)
        if response.streaming:
            leave_to_others()
        return response

    return respond


def has_key(request: HttpRequest) -> bool:
    """Whether the request says who asks."""
    return "HTTP_AUTHORIZATION" in request.META


def enter(request: HttpRequest) -> wall.Standing:
    """Take the front doors' role.

    What only reads is bounded (ADR 61). What changes something is not, so that it ends as a whole.
    """
    bound = settings.PAGE_BOUND if request.method in SAFE else None
    return wall.enter(settings.WEB_ROLE, str(request.user.pk or ""), bound)


def leave_to_others() -> None:
    """Give the connection back: an open page may stay for hours, and asks in threads of its own."""
    if not connection.in_atomic_block:
        connection.close()
