"""A request is answered in one thread, from its first middleware to its last. ADR 71.

Django's own handler goes back to the event loop between two middlewares and into the thread again:
twelve times a page, and each time Python may let another page go first.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase


class OneThread(ASGIHandler):
    """Django behind ASGI, whose middlewares are plain functions; streams are sent by the loop."""

    def load_middleware(self, is_async: bool = False) -> None:
        """The same chain as for a test's client."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Go into the thread, once."""
        answer: Any = sync_to_async(self.get_response, thread_sensitive=True)
        response: HttpResponseBase = await answer(request)
        return response
