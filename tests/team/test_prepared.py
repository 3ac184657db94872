"""A prepared statement is the same question: for each connection, each role, each set of values."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from cast import account_of, message, received, user
from postroom.archive.models import Email
from postroom.archive.wall import seen_by
from postroom.team import prepared as room
from postroom.team.prepared import Prepared, answers
from postroom.team.written_once import written_once

TWICE = "SELECT %(one)s::bigint, %(two)s::text, %(one)s::bigint + 1, '100%%' LIKE '%%0%%'"


@pytest.fixture
def alone(transactional_db: None) -> Iterator[None]:
    """A connection of its own, on which nothing is known yet."""
    connection.close()
    yield
    connection.close()


def known(name: str = "twice") -> int:
    """How many statements of a name PostgreSQL has on this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE starts_with(name, %s)", [name]
        )
        [(number,)] = cursor.fetchall()
    return int(number)


def test_its_values_are_named_and_said_in_any_order(db: None) -> None:
    for number in (1, 2**40):
        assert answers("twice", TWICE, {"two": "'; --", "one": number, "more": 0}) == [
            (number, "'; --", number + 1, True)
        ]


def test_what_never_changes_stays_in_the_statement(db: None) -> None:
    written = Prepared("kept", "SELECT %s::text, %s::int, '%%'", ["it's", 7], {1: "seven"})
    with connection.cursor() as cursor:
        cursor.execute(*written.said_with([8]))
        assert cursor.fetchall() == [("it's", 8, "%")]
    assert written.execute.endswith("(%s)")


def test_another_connection_learns_it_anew(alone: None) -> None:
    for _ in range(2):
        for _ in range(2):
            assert answers("twice", TWICE, {"one": 1, "two": ""})
            assert known() == 1
        connection.close()


def test_it_outlives_a_transaction_that_is_taken_back(alone: None) -> None:
    with transaction.atomic():
        assert answers("twice", TWICE, {"one": 1, "two": ""})
        transaction.set_rollback(True)
    assert answers("twice", TWICE, {"one": 1, "two": ""})


def test_a_connection_keeps_so_many_and_no_more(
    alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_IN_A_CONNECTION", 3)
    for _ in range(2):
        for number in range(5):
            assert answers("many", f"SELECT {number}, %(one)s::int", {"one": 1}) == [(number, 1)]
            assert 1 <= known("many") <= 3


@written_once()
def all_there_are(account: int) -> QuerySet[Email]:
    """A question that forgot who may see what."""
    return Email.objects.filter(account=account)


def test_behind_the_wall_a_statement_that_others_asked_shows_no_more(db: None) -> None:
    owner, stranger = user("Alice"), user("Charlie")
    account = account_of(owner)
    received(account, message())
    for _ in range(8):  # PostgreSQL plans it for all values after five.
        assert len(all_there_are(account.pk)) == 1
        with seen_by(stranger.pk):
            assert not all_there_are(account.pk)
        with seen_by(owner.pk):
            assert len(all_there_are(account.pk)) == 1
