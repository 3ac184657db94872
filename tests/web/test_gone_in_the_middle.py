"""Who goes away while their page is made leaves nothing of themselves on a connection."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import psycopg
import pytest
from django.db import connection
from django.test import Client

from postroom.archive import wall
from postroom.team.models import User
from postroom.web.one_thread import OneThread
from web.asked import asked

pytestmark = pytest.mark.django_db(transaction=True)

Standing = tuple[str, str, str]


@contextmanager
def held(table: str) -> Iterator[psycopg.Connection[object]]:
    """Somebody else has the table, until it is said otherwise, so that whoever reads it waits."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield other


async def goes_away(path: str, cookie: str, after: float, then: Callable[[], object]) -> None:
    """Ask for a page and close the connection; what it waits for comes afterwards."""
    said: list[dict[str, object]] = [{"type": "http.request"}, {"type": "http.disconnect"}]
    messages = iter(said)
    sent = False

    async def receive() -> dict[str, object]:
        nonlocal sent
        if sent:
            await asyncio.sleep(after)
            asyncio.get_running_loop().call_later(0.05, then)
        sent = True
        return next(messages)

    async def send(message: object) -> None:
        """Nobody reads it."""

    await OneThread()(asked(path, cookie), receive, send)


def left_on(number: int) -> list[Standing]:
    """As whom the connections that lie ready ask, and how long they may, all at once."""
    found: list[Standing] = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, current_setting('postroom.viewer', true),"
                " current_setting('statement_timeout'), pg_sleep(0.2)"
            )
            role, viewer, bound, _ = cursor.fetchone()
        found.append((role, viewer or "", bound))
        connection.close()

    threads = [Thread(target=look) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


# The wall reads the one when it is entered, the page the other one.
@pytest.mark.parametrize("table", ["accounts_emailaccount", "crm_person"])
def test_nothing_is_left_of_who_goes_away(
    table: str, alice: User, as_user: Callable[[User], Client]
) -> None:
    cookie = f"sessionid={as_user(alice).cookies['sessionid'].value}"
    [before] = left_on(1)
    with held(table) as other:
        asyncio.run(goes_away("/people/", cookie, 0.5, other.rollback))
    assert set(left_on(4)) == {before}


def test_a_connection_that_cannot_be_given_back_is_not_used_again(alice: User) -> None:
    [before] = left_on(1)
    wall.enter("postroom_web", str(alice.pk), "10s")
    wall.give_back("no such role", None)
    assert set(left_on(4)) == {before}
