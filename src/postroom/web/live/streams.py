"""Server-sent events of one open page: what changed for its viewer, decided as it is sent."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from django.http import Http404, HttpRequest, StreamingHttpResponse

from postroom.archive.announce import announce_in_sight
from postroom.archive.wall import seen_by
from postroom.association.inbox import inboxes_of
from postroom.team.models import User
from postroom.web.live.hub import Subscriber, TooManyPages, hub
from postroom.web.live.viewer import find_viewer
from postroom.web.threads import ask
from postroom.web.time_zones import use_time_zone_of

KEEP_ALIVE = 20.0
PAUSE = 0.1
SPREAD = 1.0
FOR_EACH_PAGE = 0.01
RECONNECT = "retry: 2000\n\n"
STILL_HERE = ": still here\n\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event; with a number its page says, when it comes back, how far it heard."""

    name: str
    text: str
    pk: int = 0

    def __str__(self) -> str:
        head = [f"id: {self.pk}"] if self.pk else []
        data = [f"data: {line}" for line in self.text.splitlines() or [""]]
        return "\n".join([*head, f"event: {self.name}", *data, "", ""])


ENDED = Event("ended", "")
CROWDED = Event(
    "crowded",
    "So many of your pages are open that this one does not change by itself. Close some of them.",
)

# What to tell a viewer about these emails, or about everything when None.
Compose = Callable[[User, frozenset[int] | None], Iterable[Event]]


def live_response(
    request: HttpRequest, subscriber: Subscriber, compose: Compose
) -> StreamingHttpResponse:
    """Stream to one page until it is closed or its viewer may not look any more."""
    stream = events(request, subscriber, compose)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def events(
    request: HttpRequest, subscriber: Subscriber, compose: Compose
) -> AsyncIterator[str]:
    """The text of the stream. A page begins by catching up with what it missed.

    Signs of life keep their own time: one more, or one late, would tell of mail that is not shown.
    """
    joined = hub()
    subscriber.look_at_everything()
    try:
        joined.join(subscriber)
    except TooManyPages:
        yield str(CROWDED)
        return
    try:
        yield RECONNECT
        sign_due = monotonic() + KEEP_ALIVE
        is_first = True
        while True:
            changed = await is_changed(subscriber, sign_due - monotonic())
            if subscriber.everything and not is_first:
                await asyncio.sleep(spread(len(joined.subscribers)))
            is_first = False
            emails = subscriber.take() if changed else frozenset()
            told = await ask(tell, request, subscriber.is_in_sight, emails, compose)
            if ENDED not in told:
                told += [Event(sign, "") for sign in subscriber.take_signs()]
            if told:
                yield "".join(map(str, told))
            if ENDED in told:
                return
            if not changed:
                yield STILL_HERE
                sign_due += KEEP_ALIVE
            await asyncio.sleep(PAUSE)
    finally:
        joined.leave(subscriber)


async def is_changed(subscriber: Subscriber, seconds: float) -> bool:
    """Wait for something to look at; False when it is time for a sign of life instead."""
    try:
        await asyncio.wait_for(subscriber.changed.wait(), max(0.0, seconds))
    except TimeoutError:
        return False
    return True


def tell(
    request: HttpRequest, is_in_sight: bool, emails: frozenset[int] | None, compose: Compose
) -> list[Event]:
    """What the viewer is to be told now; that it ended, when they may not look any more.

    A page in sight has the engine look more often after what its viewer would see of new mail.
    """
    viewer = find_viewer(request.session.session_key)
    if viewer is None:
        return [ENDED]
    looks = emails is None or bool(emails)
    with use_time_zone_of(request), seen_by(viewer.pk), suppress(Http404):
        if is_in_sight and not emails:  # It begins, or gives a sign of life.
            announce_in_sight(inboxes_of(viewer))
        return list(compose(viewer, emails)) if looks else []
    return [ENDED]


def spread(pages: int) -> float:
    """Seconds to wait when all pages are to catch up: the more they are, the less at a time."""
    return random.uniform(0, min(SPREAD, pages * FOR_EACH_PAGE))  # noqa: S311 - jitter, no secret
