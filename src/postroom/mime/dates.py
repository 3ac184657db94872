"""The Date field to a moment in UTC (RFC 5322 §3.3, §4.3), and what else senders write there.

None means unreadable; a guess would sort a mail where nobody looks for it.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_ZONES = {
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480,
    "PDT": -420, "CET": 60, "MET": 60, "CEST": 120, "MEST": 120, "BST": 60, "EET": 120, "EEST": 180,
    "WEST": 60, "MSK": 180, "MSD": 240, "JST": 540, "KST": 540, "HKT": 480, "SGT": 480, "AEST": 600,
    "AEDT": 660, "NZST": 720, "NZDT": 780, "AKST": -540, "AKDT": -480, "HST": -600,
}  # fmt: skip
"""Zone names in minutes east; every other name is read as UTC (RFC 5322 §4.3)."""

_TIME = r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d{1,9})?)?"
_ZONE = r"(?:\s*(?:GMT|UTC)?([+-]\d{1,2}:?\d{2})|\s*([A-Za-z]{1,5}))?"
_COMMON = re.compile(
    rf"(?:[A-Za-z]{{2,9}}[.,]?\s*,?\s*)?(\d{{1,2}})[\s.-]+([A-Za-z]{{3}})[a-z]*[\s.,-]+(\d{{2,4}}),?\s+"
    rf"{_TIME}{_ZONE}"
)
_ASCTIME = re.compile(
    rf"(?:[A-Za-z]{{3,9}},?\s+)?([A-Za-z]{{3}})[a-z]*\s+(\d{{1,2}}),?\s+{_TIME}{_ZONE}\s+(\d{{4}})"
)
_ISO = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}})[T\s]+{_TIME}{_ZONE}")


def parse_date(value: str) -> datetime | None:
    """Read a Date field; None when it names no moment."""
    value = value.strip()[:200]
    if common := _COMMON.match(value):
        day, month, year, *clock = common.groups()
        return _moment((_year(year), _MONTHS.get(month.lower(), 0), int(day)), clock)
    if asctime := _ASCTIME.match(value):
        month, day, *clock, year = asctime.groups()
        return _moment((int(year), _MONTHS.get(month.lower(), 0), int(day)), clock)
    if iso := _ISO.match(value):
        year, number, day, *clock = iso.groups()
        return _moment((int(year), int(number), int(day)), clock)
    return None


def compose_date(moment: datetime) -> str:
    """Write a moment as a Date field, with its offset: readers see the writer's clock."""
    return format_datetime(moment)


def _moment(day: tuple[int, int, int], clock: list[str | None]) -> datetime | None:
    hour, minute, second, offset, name = clock
    try:
        local = datetime(
            *day, int(hour or 0), int(minute or 0), min(int(second or 0), 59), tzinfo=UTC
        )
        return local - timedelta(minutes=_minutes_east(offset, name))
    except (ValueError, OverflowError):
        return None


def _minutes_east(offset: str | None, name: str | None) -> int:
    if offset is None:
        return _ZONES.get((name or "").upper(), 0)
    digits = offset[1:].replace(":", "").zfill(4)
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 14 * 60:
        return 0
    return -minutes if offset[0] == "-" else minutes


def _year(digits: str) -> int:
    """RFC 5322 §4.3: two digits below 50 are 20xx, other short years count from 1900."""
    year = int(digits)
    if len(digits) >= 4:
        return year
    return year + (2000 if len(digits) == 2 and year < 50 else 1900)
