"""What was wrong with a message, as a closed list.

The reader never raises on mail; it repairs, and says so here. The values are stored and shown to
administrators, so they stay as they are.
"""

from enum import StrEnum


class Defect(StrEnum):
    """One kind of repair that reading a message needed."""

    NO_HEADER = "no-header"
    HEADER_TOO_LARGE = "header-too-large"
    FIELD_TOO_LARGE = "field-too-large"
    JUNK_IN_HEADER = "junk-in-header"
    REPEATED_FIELD = "repeated-field"
    TOO_MANY_ADDRESSES = "too-many-addresses"
    UNREADABLE_DATE = "unreadable-date"
    RAW_EIGHT_BIT_HEADER = "raw-eight-bit-header"
    NO_BOUNDARY = "no-boundary"
    UNCLOSED_MULTIPART = "unclosed-multipart"
    TOO_MANY_PARTS = "too-many-parts"
    TOO_DEEP = "too-deep"
    UNKNOWN_ENCODING = "unknown-encoding"
    BROKEN_ENCODING = "broken-encoding"
    UNKNOWN_CHARSET = "unknown-charset"
    TEXT_CUT = "text-cut"
