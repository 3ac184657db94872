"""One FETCH response into a FetchedMessage: the hot path of every sync (RFC 3501 §7.4.2)."""

import re
from collections.abc import Iterator
from typing import Final

from postroom.imap.framing import Literal, Oversized
from postroom.imap.grammar import DATE_TIME, Reader, date_of, parse_flags, token
from postroom.imap.limits import Limits
from postroom.imap.responses import FetchedMessage
from postroom.imap.server_words import object_id, server_words

# A message costs a little besides its octets.
_EMPTY: Final = 200
# A FETCH item is a name and nearly always a plain value: one match reads both.
_ITEM: Final = token(
    rb"(\))|([A-Z0-9.-]+)(\[[^\]]*\](?:<\d+>)?)?"
    rb"(?: +(?:(\d{1,20})|\(([^()\"{]*)\)|(~?\{\d+\+?\})))?"
)

# What most servers answer to a FETCH of ours: these items in the order asked for, one literal.
_PLAIN: Final = re.compile(
    rb"\* (\d{1,10}) FETCH \(UID (\d{1,20})(?: FLAGS \(([^()\"{\r\n]{0,200}+)\))?"
    rb"(?: INTERNALDATE "
    + DATE_TIME
    + rb")?(?: RFC822\.SIZE (\d{1,20}))?(?: MODSEQ \((\d{1,19})\))?"
    rb" BODY\[(HEADER\.FIELDS \([A-Za-z -]{0,400}+\))?\] \{(\d{1,9})\}\r\n"
)


def read_plain_fetch(
    octets: bytes, start: int, limits: Limits
) -> tuple[FetchedMessage, int] | None:
    """Read a FETCH response of the plainest shape that lies whole at `start`, or None.

    What `parse_fetch` would say of it, in half the time, and where it ends.
    """
    found = _PLAIN.match(octets, start)
    if found is None:
        return None
    sequence, uid, flags, *date, size, modseq, section, literal = found.groups()
    begin = found.end()
    end = begin + int(literal)
    if not octets.startswith(b")\r\n", end) or begin - start + 3 > limits.line:
        return None
    if end - begin > min(limits.message, limits.response):
        return None
    whole = octets[begin:end]
    message = FetchedMessage(
        int(sequence),
        int(uid),
        None if flags is None else parse_flags(flags, limits),
        date_of(*date) if date[0] else None,
        None if size is None else int(size),
        None if modseq is None else int(modseq),
        weight=_EMPTY + begin - start - 1 + len(whole),
    )
    if section is None:
        message.body = whole
    else:
        message.header = whole
    return message, end + 3


def parse_fetch(reader: Reader, sequence: int) -> FetchedMessage:
    """Read `(UID 1 FLAGS (…) BODY[] {…})`; an item we never ask for is passed over."""
    message = FetchedMessage(sequence, weight=_EMPTY + reader.size)
    reader.expect(b"(")
    match_item, text_of_response = _ITEM.match, reader.text
    while found := match_item(text_of_response, reader.at):
        reader.at = found.end()
        end, name, section, number, words, literal = found.groups()
        if end is not None:
            return message
        if section is not None:
            text = reader.literal() if literal else reader.literal_or_string()
            _keep_section(message, section, text)
        elif number is not None:
            _keep_number(message, name.upper(), int(number))
        elif words is not None:
            _keep_words(message, name.upper(), words, reader)
        elif literal is not None:
            reader.literal()
        else:
            _read_other(reader, message, name.upper())
    reader.fail("FETCH item expected")


def _keep_section(message: FetchedMessage, section: bytes, text: Literal | None) -> None:
    if isinstance(text, Oversized):
        message.too_large = True
    elif text is not None and not isinstance(text, bytes):
        message.sink = text
    elif section.startswith(b"[]"):
        message.body = text
    elif section[:7].upper() == b"[HEADER":
        message.header = text


def _keep_number(message: FetchedMessage, name: bytes, number: int) -> None:
    match name:
        case b"UID":
            message.uid = number
        case b"RFC822.SIZE":
            message.size = number
        case b"X-GM-MSGID":
            message.gm_message_id = number
        case b"X-GM-THRID":
            message.gm_thread_id = number


def _keep_words(message: FetchedMessage, name: bytes, words: bytes, reader: Reader) -> None:
    match name:
        case b"FLAGS":
            message.flags = parse_flags(words, reader.limits)
        case b"MODSEQ":
            # RFC 7162 §7: 63 bits.
            message.modseq = int(words) if words.isdigit() and len(words) < 20 else None
        case b"EMAILID":
            message.email_id = object_id(words)
        case b"THREADID":
            message.thread_id = object_id(words)
        case b"X-GM-LABELS":
            message.gm_labels = parse_flags(words, reader.limits)


def _read_other(reader: Reader, message: FetchedMessage, name: bytes) -> None:
    match name:
        case b"INTERNALDATE":
            message.internal_date = reader.date_time()
        case b"PREVIEW":
            # NIL: it has none ready (RFC 8970 §3.2).
            text = reader.nstring()
            if text is not None:
                message.preview = server_words(text, reader.limits.server_words)
        case b"X-GM-LABELS":
            message.gm_labels = frozenset(_labels(reader))
        case _:
            reader.value()


def _labels(reader: Reader) -> Iterator[str]:
    """Read Gmail's labels where some are quoted: astrings in modified UTF-7."""
    reader.expect(b"(")
    while not reader.accept(b")"):
        yield server_words(reader.astring(), reader.limits.server_words)
