"""When things were written: moments told as distances from now, so that the demo is never stale.

`421d 08:12` is 421 days ago at twelve past eight, `3h` three hours ago, `25m` 25 minutes ago.
"""

import re
from datetime import datetime, timedelta

_DAYS_AGO = re.compile(r"(\d+)d (\d\d):(\d\d)")
_UNITS_AGO = re.compile(r"(\d+)([hm])")
_LATER_DAY = re.compile(r"\{\+(\d+)( de)?\}")
_GERMAN_MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]


def parse_moment(text: str, now: datetime) -> datetime:
    """Turn a distance such as `421d 08:12`, `3h` or `25m` into a time before `now`."""
    if days_ago := _DAYS_AGO.fullmatch(text):
        days, hour, minute = (int(number) for number in days_ago.groups())
        day = now - timedelta(days=days)
        return day.replace(hour=hour, minute=minute, second=(days * 7) % 60, microsecond=0)
    units_ago = _UNITS_AGO.fullmatch(text)
    if units_ago is None:
        raise ValueError(f"Not a moment: {text!r}")
    amount = int(units_ago[1])
    ago = timedelta(hours=amount) if units_ago[2] == "h" else timedelta(minutes=amount)
    return (now - ago).replace(microsecond=0)


def working_day(moment: datetime) -> datetime:
    """The same time of day on that day or, at a weekend, on the Friday before."""
    return moment - timedelta(days=max(0, moment.weekday() - 4))


def fill_in_dates(text: str, written_at: datetime) -> str:
    """Replace `{+12}` by the date twelve days after writing, as people write it."""
    return _LATER_DAY.sub(lambda match: _name_day(match, written_at), text)


def _name_day(match: re.Match[str], written_at: datetime) -> str:
    day = working_day(written_at + timedelta(days=int(match[1])))
    if match[2]:
        return f"{day.day}. {_GERMAN_MONTHS[day.month - 1]}"
    return f"{day:%A} {day.day} {day:%B}"
