"""How much a request may carry: little for whoever asks, a file with old mail for who is signed in.

Django writes the whole of a body to the disk before it asks who sends it, so a stranger could fill
it. What is too much is refused while it comes, and nothing of it is kept. ASVS 5.0, 5.2.1.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.http import parse_cookie

from postroom.web.live.viewer import find_viewer
from postroom.web.threads import ask_once

MB: Final = 1024 * 1024
MOST_OF_STRANGERS: Final = 3 * MB  # A form and what the API takes are 2.5 MB at most.
MOST_OF_USERS: Final = 210 * MB  # A file of 200 MB with old mail, or the files of an email.
SENTENCE: Final = (
    b"That is more than can be sent at once: 3 MB, and 200 MB for who is signed in. Send less, or"
    b" sign in first. Nothing of it was kept.\n"
)

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class TooMuch(Exception):
    """The body is longer than its sender may send."""


def bounded(application: Application) -> Application:
    """The application, which is given no more of a body than it may have."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        try:
            await application(scope, counted(scope, receive), send)
        except TooMuch:
            await refuse(send)

    return answer


def counted(scope: Scope, receive: Receive) -> Receive:
    """The same body, up to what its sender may send. It raises TooMuch."""
    taken, most = 0, MOST_OF_STRANGERS

    async def take() -> Message:
        nonlocal taken, most
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most == MOST_OF_STRANGERS and await is_signed_in(scope):
            most = MOST_OF_USERS
        if taken > most:
            raise TooMuch
        return message

    return take


async def is_signed_in(scope: Scope) -> bool:
    """Whether the request is a user's. Asked of long ones alone."""
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    key = parse_cookie(sent.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    return key is not None and await ask_once(find_viewer, key) is not None


async def refuse(send: Send) -> None:
    """Say so, and hear no more of it."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(SENTENCE)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": SENTENCE})
