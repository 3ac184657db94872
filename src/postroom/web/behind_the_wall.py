"""Every page and every answer asks the database for its own viewer's eyes. ADR 0032."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import async_only_middleware

from postroom.archive import wall
from postroom.team.once_a_page import making_a_page

SAFE = ("GET", "HEAD")
GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def behind_the_wall(get_response: GetResponse) -> GetResponse:
    """Enter as the request's user, or as nobody; below the middleware that finds the user.

    An API key's user is known only later, and then looks for themselves (`wall.look_as`). Whoever
    shows neither session nor key needs nothing that is guarded, and perhaps no database at all.
    """

    async def respond(request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES and not has_key(request):
            return await get_response(request)
        standing: list[wall.Standing] = []
        try:
            await sync_to_async(enter)(request, standing)
            with making_a_page() if request.method in SAFE else nullcontext():
                response = await get_response(request)
        finally:
            # Whoever closes the page cancels what is awaited here, and not what its thread does
            # at that moment: so this is no less sure to be done, and behind it in that thread.
            await asyncio.shield(sync_to_async(leave)(standing))
        if response.streaming:
            # An open page may stay for hours, and asks in threads of its own.
            await sync_to_async(leave_to_others)()
        return response

    return respond


def has_key(request: HttpRequest) -> bool:
    """Whether the request says who asks."""
    return "HTTP_AUTHORIZATION" in request.META


def enter(request: HttpRequest, standing: list[wall.Standing]) -> None:
    """Take the front doors' role; `standing` has how the connection was before.

    What only reads is bounded (ADR 61). What changes something is not, so that it ends as a whole.
    """
    bound = settings.PAGE_BOUND if request.method in SAFE else None
    standing.append(wall.enter(settings.WEB_ROLE, str(request.user.pk or ""), bound))


def leave(standing: list[wall.Standing]) -> None:
    """Give the connection back as it was, if it was taken."""
    for before in standing:
        wall.give_back(*before)


def leave_to_others() -> None:
    """Give the connection back to the pool, which knows nothing of pages that stay open."""
    if not connection.in_atomic_block:
        connection.close()
