"""A page whose question to the database took too long says so, instead of a fault. ADR 61."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from postroom.archive.wall import was_too_slow

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class TooSlow:
    """Answers for what PostgreSQL ended; a class, for Django asks a middleware's attributes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, where it is that; nothing of what was asked goes to the log."""
        if not was_too_slow(error):
            return None
        logger.warning("A page took too long and was stopped: %s", request.path)
        return render(request, "503.html", status=503)
