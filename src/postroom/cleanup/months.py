"""Months as people count them: from a day to the same day, or the last one where there is none."""

from calendar import monthrange
from datetime import date

LAST_YEAR = 9999


def months_after(day: date, months: int) -> date:
    """31 January and a month is 28 February, in a leap year the 29th."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > LAST_YEAR:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
