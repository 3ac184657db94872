"""Moments out of the database are what Django makes of them."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import DataError, connection
from psycopg.pq import Format

from postroom.team.moments import MomentLoader

ISO_OF_ALL = (
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
    "1890-01-01 00:00:00-00:00:52",
    "2026-03-29 02:30:00.5+02",
    "2026-11-27 21:50:09.000001-05:30",
)


def told(statement: str, *said: Any) -> list[datetime]:
    """What the database says."""
    with connection.cursor() as cursor:
        cursor.execute(statement, said)
        return [moment for (moment,) in cursor.fetchall()]


def test_every_moment_comes_back_as_it_went(db: None) -> None:
    chance, first = Random(7), datetime(1, 1, 1, tzinfo=UTC)
    of_all = (datetime(9999, 1, 1, tzinfo=UTC) - first) // timedelta(microseconds=1)
    steps = (1, 10, 1_000, 100_000, 1_000_000, 86_400_000_000)
    moments = [
        first + timedelta(microseconds=chance.randrange(of_all) // step * step)
        for step in steps
        for _ in range(300)
    ]
    rows = told("SELECT unnest(%s::timestamptz[])", moments)
    assert rows == moments
    assert {row.tzinfo for row in rows} == {UTC}


@pytest.mark.parametrize("written", ISO_OF_ALL)
def test_another_zone_of_the_connection_changes_no_moment(written: str, db: None) -> None:
    usual = told("SELECT %s::timestamptz", written)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Kolkata'")
    if "9999" in written:  # There it is in the year 10000 already, which Python has not.
        with pytest.raises(DataError):
            told("SELECT %s::timestamptz", written)
        return
    [moment] = told("SELECT %s::timestamptz", written)
    assert [moment] == usual
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("written", ["infinity", "-infinity", "4713-01-01 BC", "10000-01-01"])
def test_what_is_no_moment_of_pythons_is_refused_as_ever(written: str, db: None) -> None:
    with pytest.raises(DataError):
        told("SELECT %s::timestamptz", written)


def test_it_is_the_reader_of_every_connection(db: None) -> None:
    connection.ensure_connection()
    adapters = connection.connection.adapters
    reader = adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)
    assert reader is MomentLoader
