"""On which day the morning email is due: over changes of clocks and leap days, once each."""

from datetime import UTC, date, datetime, timedelta

import pytest

from postroom.team.digest_days import Hours, day_due

ALL = range(7)
WORKING = range(5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Hour, days, zone, when it was told last, now, and the day that is due.
CASES = [
    (7, ALL, "Europe/Berlin", "", "2026-11-27 05:59", ""),
    (7, ALL, "Europe/Berlin", "", "2026-11-27 06:00", "2026-11-27"),
    (7, ALL, "Europe/Berlin", "", "2026-11-27 22:59", "2026-11-27"),
    (7, ALL, "Europe/Berlin", "", "2026-11-27 23:00", ""),
    (7, ALL, "Europe/Berlin", "2026-11-27 06:00", "2026-11-27 09:00", ""),
    (7, ALL, "Europe/Berlin", "2026-11-26 22:59", "2026-11-27 06:00", "2026-11-27"),
    (7, WORKING, "Europe/Berlin", "", "2026-11-28 08:00", ""),
    (7, (5,), "Europe/Berlin", "", "2026-11-28 08:00", "2026-11-28"),
    (7, (), "Europe/Berlin", "", "2026-11-27 08:00", ""),
    # Clocks go forward at two: there is no such hour, and it begins with the next.
    (2, ALL, "Europe/Berlin", "", "2026-03-29 00:59", ""),
    (2, ALL, "Europe/Berlin", "", "2026-03-29 01:00", "2026-03-29"),
    (7, ALL, "Europe/Berlin", "", "2026-03-28 05:59", ""),
    (7, ALL, "Europe/Berlin", "2026-03-28 06:00", "2026-03-29 05:00", "2026-03-29"),
    # And back at three: the hour comes twice and is told once.
    (2, ALL, "Europe/Berlin", "", "2026-10-25 00:00", "2026-10-25"),
    (2, ALL, "Europe/Berlin", "2026-10-25 00:00", "2026-10-25 01:30", ""),
    (0, ALL, "America/Havana", "", "2026-03-08 05:00", "2026-03-08"),  # Midnight is skipped.
    # The day of whoever reads it, however far they are.
    (7, ALL, "Pacific/Auckland", "", "2026-11-26 18:00", "2026-11-27"),
    (7, ALL, "Pacific/Honolulu", "", "2026-11-27 06:00", "2026-11-26"),
    (7, ALL, "Asia/Kathmandu", "", "2026-11-27 01:15", "2026-11-27"),
    (7, ALL, "No/Where", "", "2026-11-27 07:00", "2026-11-27"),
    # A leap day is a day.
    (7, (1,), "Europe/Berlin", "2028-02-22 06:00", "2028-02-29 06:00", "2028-02-29"),
    (7, ALL, "Europe/Berlin", "2028-02-29 06:00", "2028-03-01 06:00", "2028-03-01"),
    # Who moved west has had today's already.
    (7, ALL, "America/New_York", "2026-11-27 06:00", "2026-11-27 12:00", ""),
]


@pytest.mark.parametrize(("hour", "days", "zone", "told", "now", "due"), CASES)
def test_the_day_that_is_due(
    hour: int, days: tuple[int, ...], zone: str, told: str, now: str, due: str
) -> None:
    found = day_due(Hours(hour, days, zone), at(told) if told else None, at(now))
    assert found == (date.fromisoformat(due) if due else None)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca"]
)
def test_every_chosen_day_of_a_leap_year_is_told_once(zone: str) -> None:
    now, told_at, told = at("2027-12-31 00:00"), None, []
    while now < at("2029-01-02 00:00"):
        if day := day_due(Hours(2, WORKING, zone), told_at, now):
            told_at = now
            told.append(day)
        now += timedelta(minutes=15)
    year = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    assert [day for day in told if day.year == 2028] == [d for d in year if d.weekday() < 5]


def test_the_table_is_as_long_as_it_was() -> None:
    assert len(CASES) == 23
