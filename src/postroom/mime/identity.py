"""What makes two copies of a message the same message, wherever they lie.

Message-ID alone never merges: broken senders repeat it. The digest covers the fields that no server
on the way rewrites, as raw bytes, so that better decoding later changes no identity.
"""

import hashlib
import re
from typing import Final

from postroom.mime.headers import split_message, with_line_feeds

HEADER_FIELDS: Final = (
    "Message-ID", "Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "In-Reply-To",
    "References", "Content-Type", "List-Id", "Auto-Submitted",
)  # fmt: skip
"""The fields to ask a server for: all that `parse_headers` and `stable_identity` read."""

_IDENTIFYING = re.compile(
    rb"^(Message-ID|From|To|Cc|Date|Subject|In-Reply-To|References)[ \t]*+:"
    rb"([^\n]*+(?:\n[ \t][^\n]*+)*+)",
    re.MULTILINE | re.IGNORECASE,
)
_NUL: Final = b"\0\x80"
"""Dovecot answers FETCH with 0x80 for a NUL (RFC 3501 literals hold none), so neither counts."""


def identify(header: bytes) -> tuple[bytes, bool]:
    """Return `stable_identity` and `is_identified` of a header, read once."""
    fields = sorted(_identifying_fields(header))
    digest = hashlib.sha256()
    for name, value in fields:
        digest.update(b"%b:%b\n" % (name, value))
    names = {name for name, value in fields if value}
    return digest.digest(), b"message-id" in names or (b"date" in names and len(names) > 1)


def stable_identity(header: bytes) -> bytes:
    """Return a 32-byte digest that a FETCH of HEADER_FIELDS and the whole message share."""
    return identify(header)[0]


def is_identified(header: bytes) -> bool:
    """Tell whether a header says enough: a Message-ID, or both a Date and a sender or subject.

    Without that, `stable_identity` is shared by strangers, and only the content tells them apart.
    """
    return identify(header)[1]


def _identifying_fields(header: bytes) -> list[tuple[bytes, bytes]]:
    header = with_line_feeds(header)
    start, end, _ = split_message(header)
    return [
        (name.lower(), b" ".join(value.translate(None, _NUL).split()))
        for name, value in _IDENTIFYING.findall(header, start, end)
    ]
