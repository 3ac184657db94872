"""The most a message may ask of its reader.

Each figure is a bound on work or memory, not a rule of good mail: what exceeds it is read up to the
limit and marked with a defect. Source: hostile mail seen and made (ADR 0013).
"""

from typing import Final

MAX_HEADER: Final = 1024 * 1024
"""Bytes of a header that are read."""

MAX_FIELD: Final = 64 * 1024
"""Bytes of one header field that are read, folding included."""

MAX_FIELDS: Final = 5_000
"""Header fields that are read in one header."""

MAX_ADDRESSES: Final = 2_000
"""Addresses that are read in one header field."""

MAX_ADDRESS: Final = 320
"""Characters of a usable address: 64 of a local part, `@`, 255 of a domain (RFC 5321 §4.5.3.1)."""

MAX_NAME: Final = 500
"""Characters of a display name that are kept."""

MAX_SUBJECT: Final = 2_000
"""Characters of a subject that are kept."""

MAX_MESSAGE_ID: Final = 998
"""Characters of a Message-ID that are kept: a line (RFC 5322 §2.1.1)."""

MAX_REFERENCES: Final = 500
"""Message-IDs kept of a References field: the first, and the last ones."""

MAX_PARTS: Final = 1_000
"""MIME parts that are looked at in one message, nested messages included."""

MAX_NESTING: Final = 50
"""Levels of multiparts and nested messages."""

MAX_DELIMITERS: Final = 20_000
"""Look-alikes of a boundary that are examined in one message."""

MAX_TEXT: Final = 2 * 1024 * 1024
"""Bytes of one text part, and characters of a message's text or HTML, that are kept."""

MAX_SEARCH_TEXT: Final = 256 * 1024
"""Characters handed to the search index."""

MAX_SNIPPET: Final = 200
"""Characters of the line under the subject."""

MAX_FILE_NAME: Final = 150
"""Characters of an attachment's name."""

MAX_REPORTED: Final = 200
"""Recipients that are read from one delivery report."""
