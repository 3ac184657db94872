"""What a request may carry: a stranger cannot fill the disk, and users send their old mail."""

import asyncio
from collections.abc import Callable

import pytest
from django.test import Client
from django.test.utils import override_settings

from postroom.team.models import User
from postroom.web.bodies import MB, MOST_OF_STRANGERS, MOST_OF_USERS, Application, bounded
from postroom.web.one_thread import OneThread
from web.asked import asked

CHUNK = b"x" * MB


def sends(application: Application, megabytes: int, cookie: str = "") -> tuple[int, int]:
    """The status of the answer to a body of so many megabytes, and how many were taken of it."""
    scope = asked("/accounts/login/", cookie, "POST")
    taken, answers = 0, []

    async def receive() -> dict[str, object]:
        nonlocal taken
        if taken == megabytes:
            await asyncio.sleep(60)
        taken += 1
        return {"type": "http.request", "body": CHUNK, "more_body": taken < megabytes}

    async def send(message: object) -> None:
        answers.append(message)

    asyncio.run(application(scope, receive, send))  # type: ignore[arg-type]
    return answers[0]["status"], taken  # type: ignore[index]


@pytest.mark.parametrize("cookie", ["", "sessionid=made-up"])
@pytest.mark.django_db(transaction=True)
def test_a_stranger_cannot_fill_the_disk(cookie: str) -> None:
    unbounded = OneThread()
    status, taken = sends(unbounded, 20, cookie)
    assert taken == 20  # Without a bound all of it lies on the disk before anybody looks.
    assert sends(bounded(unbounded), 20, cookie) == (413, MOST_OF_STRANGERS // MB + 1)
    assert sends(bounded(unbounded), 2, cookie) == (status, 2)


@pytest.mark.django_db(transaction=True)
def test_who_is_signed_in_may_send_a_file_with_old_mail(
    alice: User, as_user: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = f"sessionid={as_user(alice).cookies['sessionid'].value}"
    application = bounded(OneThread())
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=None):
        status, taken = sends(application, 9, cookie)
    assert (status != 413, taken) == (True, 9)
    assert MOST_OF_USERS > 200 * MB
    monkeypatch.setattr("postroom.web.bodies.MOST_OF_USERS", 5 * MB)
    assert sends(application, 9, cookie) == (413, 6)
