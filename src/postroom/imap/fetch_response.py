"""One FETCH response into a FetchedMessage: the hot path of every sync (RFC 3501 §7.4.2)."""

import re
from collections.abc import Callable
from typing import Final

from postroom.imap.framing import Oversized
from postroom.imap.grammar import Reader
from postroom.imap.responses import FetchedMessage
from postroom.imap.server_words import server_words

_ITEM: Final = re.compile(rb"([A-Za-z0-9.-]+)(\[[^\]]*\](?:<\d+>)?)?")


def parse_fetch(reader: Reader, sequence: int) -> FetchedMessage:
    """Read `(UID 1 FLAGS (…) BODY[] {…})`; an item we never ask for is passed over."""
    message = FetchedMessage(sequence)
    reader.expect(b"(")
    while not reader.accept(b")"):
        found = reader.match(_ITEM)
        if found is None:
            reader.fail("FETCH item expected")
        name, section = found.groups()
        if section is not None:
            _read_section(reader, message, section)
        else:
            _ITEMS.get(name.upper(), _pass_over)(reader, message)
    return message


def _read_section(reader: Reader, message: FetchedMessage, section: bytes) -> None:
    text = reader.literal_or_string()
    if isinstance(text, Oversized):
        message.too_large = True
        return
    if text is not None and not isinstance(text, bytes):
        message.sink = text
    elif section.startswith(b"[]"):
        message.body = text
    elif section[:7].upper() == b"[HEADER":
        message.header = text


def _pass_over(reader: Reader, message: FetchedMessage) -> None:
    reader.value()


def _uid(reader: Reader, message: FetchedMessage) -> None:
    message.uid = reader.number()


def _flags(reader: Reader, message: FetchedMessage) -> None:
    message.flags = reader.flag_list()


def _internal_date(reader: Reader, message: FetchedMessage) -> None:
    message.internal_date = reader.date_time()


def _size(reader: Reader, message: FetchedMessage) -> None:
    message.size = reader.number()


def _modseq(reader: Reader, message: FetchedMessage) -> None:
    reader.expect(b"(")
    message.modseq = reader.number()
    reader.expect(b")")


def _email_id(reader: Reader, message: FetchedMessage) -> None:
    message.email_id = _object_id(reader)


def _thread_id(reader: Reader, message: FetchedMessage) -> None:
    message.thread_id = _object_id(reader)


def _object_id(reader: Reader) -> str | None:
    """Read `(M6d99)` or NIL (RFC 8474 §5.3)."""
    if not reader.accept(b"("):
        reader.nstring()
        return None
    text = reader.atom().decode("ascii", "backslashreplace")
    reader.expect(b")")
    return text[:255]


def _preview(reader: Reader, message: FetchedMessage) -> None:
    # A server may answer PREVIEW (LAZY) with NIL: it has none ready (RFC 8970 §3.2).
    text = reader.nstring()
    message.preview = None if text is None else server_words(text, reader.limits.server_words)


def _gm_message_id(reader: Reader, message: FetchedMessage) -> None:
    message.gm_message_id = reader.number()


def _gm_thread_id(reader: Reader, message: FetchedMessage) -> None:
    message.gm_thread_id = reader.number()


def _gm_labels(reader: Reader, message: FetchedMessage) -> None:
    """Read Gmail's labels: astrings in modified UTF-7, `\\Inbox` and the like among them."""
    labels: list[str] = []
    reader.expect(b"(")
    while not reader.accept(b")"):
        labels.append(server_words(reader.astring(), reader.limits.server_words))
    message.gm_labels = frozenset(labels)


_ITEMS: Final[dict[bytes, Callable[[Reader, FetchedMessage], None]]] = {
    b"UID": _uid,
    b"FLAGS": _flags,
    b"INTERNALDATE": _internal_date,
    b"RFC822.SIZE": _size,
    b"MODSEQ": _modseq,
    b"EMAILID": _email_id,
    b"THREADID": _thread_id,
    b"PREVIEW": _preview,
    b"X-GM-MSGID": _gm_message_id,
    b"X-GM-THRID": _gm_thread_id,
    b"X-GM-LABELS": _gm_labels,
}
