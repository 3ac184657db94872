"""Rows in the binary form of COPY (PostgreSQL: SQL-COPY, “Binary Format”).

Every field is its length and its octets: nothing in it needs escaping, whatever it holds.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from struct import Struct

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
TRUE, FALSE = b"\0\0\0\1\1", b"\0\0\0\1\0"

_LENGTH = Struct("!i").pack
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def octets(value: bytes) -> bytes:
    """A bytea."""
    return _LENGTH(len(value)) + value


def text(value: str) -> bytes:
    """A text or varchar."""
    encoded = value.encode()
    return _LENGTH(len(encoded)) + encoded


def microseconds(moment: datetime) -> int:
    """A timestamp with time zone is a bigint: microseconds since the year 2000."""
    return (moment - _EPOCH) // _MICROSECOND


def whole(rows: Iterable[bytes]) -> bytes:
    """The rows as one COPY."""
    return b"".join([HEADER, *rows, TRAILER])
