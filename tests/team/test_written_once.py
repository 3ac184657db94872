"""A question that is written once is the same question, whatever its values; no other is kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum

import pytest
from django.db import connection
from django.db.models import Exists, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from cast import user
from postroom.team import written_once as room
from postroom.team.models import User
from postroom.team.written_once import WrongStandIn, written_once
from proved import prove

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Which(Enum):
    """A choice by which a question is written."""

    ACTIVE = "active"
    ALL = "all"


WRITTEN: list[object] = []


@written_once()
def called(name: str, among: list[int], since: datetime | None, which: Which) -> QuerySet[User]:
    """By every kind of value."""
    WRITTEN.append((name, which))
    these = RawSQL("SELECT unnest(%s::bigint[])", [among])
    found = User.objects.filter(name=name, pk__in=these)
    if since:
        found = found.filter(joined_at__gte=since)
    return found.filter(is_active=True) if which is Which.ACTIVE else found


@pytest.fixture(autouse=True)
def unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the field, where nothing is written anew."""
    monkeypatch.setattr(room, "prove", None)


def test_the_same_words_are_asked_with_the_values_of_each_time(db: None) -> None:
    alice, bob = user("Alice"), user("Bob")
    both = [alice.pk, bob.pk]
    assert called("Alice", both, None, Which.ALL) == [alice]
    WRITTEN.clear()
    with CaptureQueriesContext(connection) as asked:
        assert called("Bob", both, None, Which.ALL) == [bob]
        assert called("Bob", [alice.pk], None, Which.ALL) == []
        assert called("Bob' OR '1'='1", both, None, Which.ALL) == []
    assert len(asked) == 3
    assert not WRITTEN


def test_what_decides_how_a_question_is_written_makes_another_one(db: None) -> None:
    alice = user("Alice")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    for which, found in ((Which.ALL, 1), (Which.ACTIVE, 0)):
        for since in (None, NOON - timedelta(days=9_999)):
            assert len(called("Alice", [alice.pk], since, which)) == found
    assert called("Alice", [], None, Which.ALL) == []
    assert called("Alice", [alice.pk], NOON + timedelta(days=9_999), Which.ALL) == []


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (lambda at: User.objects.filter(joined_at__gt=at - timedelta(days=1)), NOON),
        (lambda at: User.objects.filter(joined_at__gt=at + timedelta(days=1)), NOON),
        (lambda name: User.objects.filter(name__startswith=name), "Al"),
        (lambda name: User.objects.filter(name=name.upper()), "Al"),
        (lambda pk: User.objects.filter(pk=pk + 1), 7),
        (lambda pk: User.objects.filter(pk=-pk), 7),
        (lambda most: User.objects.all()[:most], 7),
        (lambda pks: User.objects.filter(pk__in=pks), [7, 8]),
        (lambda pks: User.objects.filter(Q(pk=pks[0])), [7, 8]),
        (lambda fraction: User.objects.filter(pk__lt=fraction), 0.5),
    ],
)
def test_a_question_that_changes_a_value_is_refused(
    db: None, question: Callable[[object], QuerySet[User]], value: object
) -> None:
    with pytest.raises(WrongStandIn):
        written_once()(question)(value)


def test_a_question_written_by_what_nobody_said_is_found_out(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    @written_once()
    def some(pk: int) -> QuerySet[User]:
        return User.objects.filter(pk__lt=pk)[: User.objects.count()]

    @written_once(User.objects.count)
    def some_as_told(pk: int) -> QuerySet[User]:
        return User.objects.filter(pk__lt=pk)[: User.objects.count()]

    monkeypatch.setattr(room, "prove", prove)
    user("Alice")
    assert some(0) == some_as_told(0) == []
    user("Bob")
    assert some_as_told(0) == []
    with pytest.raises(WrongStandIn):
        some(0)


@pytest.mark.parametrize(
    ("conditions", "are_few"),
    [
        (Q(), True),
        (Q(is_active=True), True),
        (Q(is_active=True) & ~Q(name=Which.ALL), True),
        (Q(name="Alice"), False),
        (Q(is_active=True) | Q(Q(joined_at__gt=NOON)), True),
        (Q(pk__in=[]), False),
        (Q(Exists(User.objects.all())), False),
    ],
)
def test_conditions_of_truths_enums_and_moments_alone_are_few(conditions: Q, are_few: bool) -> None:
    assert room.is_of_few(conditions) is are_few


def test_moments_in_conditions_are_values_and_their_columns_are_not(db: None) -> None:
    written = []

    @written_once()
    def meeting(conditions: Q) -> QuerySet[User]:
        written.append(conditions)
        return User.objects.filter(conditions)

    alice = user("Alice")
    long_ago, some_day = NOON - timedelta(days=9_999), NOON + timedelta(days=9_999)
    assert meeting(Q(is_active=True) & ~Q(joined_at__lt=long_ago)) == [alice]
    assert meeting(Q(is_active=True) & ~Q(joined_at__lt=some_day)) == []
    assert len(written) == 1
    assert meeting(Q(is_active=True) & Q(joined_at__lt=some_day)) == [alice]
    assert meeting(Q(is_active=True) & ~Q(joined_at__gt=long_ago)) == []
    assert meeting(Q(is_active=True) | Q(joined_at__gt=some_day)) == [alice]
    assert len(written) == 4
