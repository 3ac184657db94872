"""A message's header as it was written: each field in its place, for whoever looks into it."""

from dataclasses import dataclass
from typing import Final

from postroom.mime.encoded_words import decode_words, one_line
from postroom.mime.headers import FIELD, HeaderFields, split_message, with_line_feeds
from postroom.mime.limits import MAX_FIELD, MAX_HEADER

MOST_LISTED: Final = 500
"""Fields that are listed; mail that passed many servers has eighty."""

LONGEST_LISTED: Final = 4_000
"""Characters of one field that are listed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as written, and its value unfolded and decoded."""

    name: str
    value: str


def header_fields(raw: bytes) -> HeaderFields:
    """A whole message's header, to look fields up by their names."""
    return HeaderFields(_header(raw))


def list_fields(raw: bytes) -> tuple[Field, ...]:
    """Every field in the order of the header, the newest trace on top (RFC 5322 §3.6.7)."""
    found = FIELD.findall(_header(raw)[:MAX_HEADER])
    return tuple(_field(name, value) for name, value in found[:MOST_LISTED])


def _header(raw: bytes) -> bytes:
    raw = with_line_feeds(raw)
    start, end, _ = split_message(raw)
    return raw[start:end]


def _field(name: bytes, value: bytes) -> Field:
    written = value[:MAX_FIELD].decode("utf-8", "replace")
    return Field(name.decode("ascii"), one_line(decode_words(written))[:LONGEST_LISTED])
