"""What takes the database too long ends and says so, and the connection is as it was before."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from api.callers import caller
from postroom.archive import wall
from postroom.team.models import User
from web.browser import SIGN_IN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def impatient(settings: LazySettings) -> None:
    settings.PAGE_BOUND = "150ms"


@contextmanager
def held(table: str) -> Iterator[None]:
    """Somebody else has the table, so that whoever reads it waits."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def bound() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=SIGN_IN)
    return client


def test_a_page_says_so_and_the_next_one_is_answered(alice: User) -> None:
    client, before = client_of(alice), bound()
    with held("team_savedsearch"):
        page = client.get("/search/", {"q": "zugunruhe"})
    assert page.status_code == 503
    assert "This took too long" in page.content.decode()
    assert client.get("/search/", {"q": "zugunruhe"}).status_code == 200
    assert bound() == before == "0"


def test_a_program_is_told_as_a_program_is(alice: User) -> None:
    with held("crm_person"):
        answer = caller(alice).ask("GET", "/api/v1/people")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:postroom:problem:too-slow"
    assert caller(alice).ask("GET", "/api/v1/people").status_code == 200


def test_what_counts_all_of_somebody_takes_its_time(alice: User, settings: LazySettings) -> None:
    settings.PAGE_BOUND = "1ms"
    before = wall.enter(settings.WEB_ROLE, str(alice.pk), settings.PAGE_BOUND)
    try:
        assert bound() == "1ms"
        with wall.unhurried(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.02)")
        assert bound() == "1ms"
    finally:
        wall.give_back(*before)
    assert bound() == "0"
