"""What a page asks ahead is answered in one round trip, each answer given once and to its own."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from cast import user
from postroom.archive.wall import round_the_wall, seen_by
from postroom.association.people import among
from postroom.team import prepared
from postroom.team.models import User
from postroom.team.once_a_page import making_a_page
from postroom.team.written_once import ahead, asking, written_once

pytestmark = pytest.mark.django_db


@written_once()
def named(name: str) -> QuerySet[User]:
    return User.objects.filter(name=name)


@written_once()
def ids_of(users: list[int]) -> QuerySet[User, int]:
    return User.objects.filter(pk__in=among(users)).order_by("pk").values_list("pk", flat=True)


@written_once()
def nobody() -> QuerySet[User]:
    return User.objects.none()


@pytest.fixture
def alice() -> User:
    return user("Alice")


@pytest.fixture
def bob() -> User:
    return user("Bob")


def trips(ask: Callable[[], object]) -> int:
    """How often the database was gone to."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len([q for q in asked.captured_queries if "PREPARE" not in q["sql"]])


def test_several_questions_are_one_round_trip(alice: User, bob: User) -> None:
    both = [alice.pk, bob.pk]
    with making_a_page():
        ask = asking(named, "Alice"), asking(ids_of, both), asking(named, "Bob")
        assert trips(lambda: ahead(*ask)) == 1
        assert trips(lambda: [named("Bob"), ids_of(both), named("Alice")]) == 0


def test_an_answer_is_given_once_and_to_its_own_values(alice: User, bob: User) -> None:
    with making_a_page():
        ahead(asking(named, "Alice"))
        assert named("Bob") == [bob]
        assert named("Alice") == [alice]
        User.objects.filter(pk=alice.pk).delete()
        assert named("Alice") == []


def test_where_no_page_is_made_nothing_is_asked_ahead(alice: User) -> None:
    assert trips(lambda: ahead(asking(named, "Alice"))) == 0
    with making_a_page():
        ahead(asking(named, "Alice"))
    alice.delete()
    assert named("Alice") == []


def test_what_is_known_already_and_what_needs_no_answer_is_not_asked(alice: User) -> None:
    with making_a_page():
        ahead(asking(named, "Alice"), asking(nobody))
        assert trips(lambda: ahead(asking(named, "Alice"), asking(nobody))) == 0
        assert nobody() == []


def test_another_role_asks_for_itself(alice: User) -> None:
    with seen_by(alice.pk), making_a_page():
        ahead(asking(named, "Alice"))
        with round_the_wall():
            assert trips(lambda: named("Alice")) == 1
            ahead(asking(ids_of, [alice.pk]))
        assert trips(lambda: ids_of([alice.pk])) == 1
        assert trips(lambda: named("Alice")) == 0


def test_statements_that_were_forgotten_for_others_are_said_again(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "MOST_IN_A_CONNECTION", 2)
    both = [alice.pk, bob.pk]
    for _ in range(3):
        with making_a_page():
            ahead(asking(named, "Alice"), asking(ids_of, both))
            assert (named("Alice"), ids_of(both)) == ([alice], both)
        named("Bob")
        ids_of([])
