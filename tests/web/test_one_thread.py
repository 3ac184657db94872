"""A request goes into a thread once and stays there; who answers in the loop is asked from it."""

import asyncio
from collections.abc import Callable

import pytest
from asgiref.sync import AsyncToSync, SyncToAsync
from django.test import Client

from postroom.team.models import User
from postroom.web.one_thread import OneThread
from web.asked import asked

pytestmark = pytest.mark.django_db(transaction=True)

BEGINNING_AND_END = 2  # Django's signals at the two ends of a request.


def answered(path: str, client: Client) -> tuple[int, bytes]:
    """Status and whole body of what the server's own handler answers."""
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    statuses: list[int] = []
    parts: list[bytes] = []
    messages = iter([{"type": "http.request"}])

    async def receive() -> dict[str, str]:
        if (message := next(messages, None)) is None:
            await asyncio.sleep(60)
            raise AssertionError
        return message

    async def send(message: dict[str, object]) -> None:
        statuses.extend([message["status"]] if "status" in message else [])  # type: ignore[list-item]
        parts.append(message.get("body", b""))  # type: ignore[arg-type]

    asyncio.run(OneThread()(asked(path, cookie), receive, send))
    return statuses[0], b"".join(parts)


@pytest.fixture
def crossings(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often something went from the loop into a thread, and back."""
    counted = {"in": 0, "back": 0}

    def counting(kind: type, name: str) -> None:
        real = kind.__call__

        def call(self: object, *args: object, **kwargs: object) -> object:
            counted[name] += 1
            return real(self, *args, **kwargs)

        monkeypatch.setattr(kind, "__call__", call)

    counting(SyncToAsync, "in")
    counting(AsyncToSync, "back")
    return counted


@pytest.mark.parametrize("path", ["/people/", "/inbox/", "/static/postroom/desk.css"])
def test_a_page_goes_in_once_and_never_back(
    path: str, alice: User, as_user: Callable[[User], Client], crossings: dict[str, int]
) -> None:
    client = as_user(alice)
    crossings.update({"in": 0, "back": 0})
    status, body = answered(path, client)
    assert status == 200
    assert len(body) > 1_000
    assert crossings == {"in": BEGINNING_AND_END + 1, "back": 0}
