"""A header to the Envelope: who wrote what to whom, when, and in answer to what."""

import re
from dataclasses import dataclass
from datetime import datetime

from postroom.mime.addresses import Address, addresses_in
from postroom.mime.dates import parse_date
from postroom.mime.defects import Defect
from postroom.mime.encoded_words import decode_words, one_line
from postroom.mime.headers import HeaderFields, split_message, with_line_feeds
from postroom.mime.ids import parse_in_reply_to, parse_message_id, parse_references
from postroom.mime.limits import MAX_ADDRESSES, MAX_SUBJECT
from postroom.mime.parameters import parse_content_type

_KEYWORD = re.compile(r"[a-z-]{0,40}")
_ANGLED = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The header of a message as values; texts are decoded, on one line and storable.

    Participants are grouped by their role. Ids stand without angle brackets, '' where absent.
    """

    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    subject: str
    sent_at: datetime | None
    from_: tuple[Address, ...]
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    content_type: str
    list_id: str
    auto_submitted: str
    defects: tuple[Defect, ...]

    def all_addresses(self) -> tuple[Address, ...]:
        """Return the addresses of every role, in the order of the roles above."""
        return self.from_ + self.sender + self.reply_to + self.to + self.cc + self.bcc

    @property
    def thread_root(self) -> str:
        """The oldest ancestor this message names, or the message itself."""
        return self.references[0] if self.references else self.in_reply_to or self.message_id


def parse_headers(header: bytes) -> Envelope:
    """Read a header, or an answer to a FETCH of HEADER_FIELDS, or whatever else the bytes are."""
    header = with_line_feeds(header)
    start, end, _ = split_message(header)
    return envelope_of(HeaderFields(header[start:end]))


def envelope_of(fields: HeaderFields) -> Envelope:
    """Read the Envelope off a header that is already split."""
    content_type = parse_content_type(fields.get(b"content-type"))
    fields.charset = content_type.charset
    date = fields.get(b"date")
    sent_at = parse_date(date)
    from_, sender, reply_to, to, cc, bcc = (
        addresses_in(fields.all(role)) if role in fields else () for role in _ROLES
    )
    return Envelope(
        parse_message_id(fields.get(b"message-id")),
        parse_in_reply_to(fields.get(b"in-reply-to")),
        parse_references(fields.get(b"references")),
        one_line(decode_words(fields.get(b"subject")))[:MAX_SUBJECT],
        sent_at,
        from_,
        sender,
        reply_to,
        to,
        cc,
        bcc,
        content_type.media_type,
        _list_id(fields.get(b"list-id")),
        _first_word(fields.get(b"auto-submitted")),
        _defects(
            fields,
            (from_, sender, reply_to, to, cc, bcc),
            unreadable_date=bool(date) and sent_at is None,
        ),
    )


_ROLES = (b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc")
_SINGLE = {*_ROLES, b"message-id", b"date", b"subject", b"in-reply-to", b"references"}


def _defects(
    fields: HeaderFields, addresses: tuple[tuple[Address, ...], ...], *, unreadable_date: bool
) -> tuple[Defect, ...]:
    defects = fields.defects
    if unreadable_date:
        defects.add(Defect.UNREADABLE_DATE)
    if any(len(role) >= MAX_ADDRESSES for role in addresses):
        defects.add(Defect.TOO_MANY_ADDRESSES)
    if fields.repeated and fields.repeated & _SINGLE:
        defects.add(Defect.REPEATED_FIELD)
    return tuple(sorted(defects)) if defects else ()


def _first_word(value: str) -> str:
    """Return the keyword before parameters and comments (RFC 3834 §5.2)."""
    found = _KEYWORD.match(value.lower())
    return found[0] if found else ""


def _list_id(value: str) -> str:
    """Return the identifier between the angle brackets (RFC 2919 §3)."""
    if not value:
        return ""
    found = _ANGLED.search(value)
    return one_line(found[1] if found else value).lower()[:255]
