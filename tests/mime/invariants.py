"""What holds of every message that was read, however bad."""

import dataclasses
import pickle
from collections.abc import Iterator
from datetime import timedelta

from postroom.mime import ParsedMessage
from postroom.mime.limits import MAX_FILE_NAME, MAX_SEARCH_TEXT, MAX_SNIPPET, MAX_TEXT


def assert_storable(message: ParsedMessage) -> None:
    """The database takes it, a page shows a line as a line, another process can have it."""
    for text in texts(message):
        assert "\0" not in text
        text.encode("utf-8")
    for line in _lines(message):
        assert_line(line)
    assert len(message.snippet) <= MAX_SNIPPET
    assert len(message.search_text) <= MAX_SEARCH_TEXT
    assert len(message.text or "") <= MAX_TEXT
    assert len(message.html or "") <= MAX_TEXT
    assert pickle.loads(pickle.dumps(message)) == message
    sent_at = message.envelope.sent_at
    assert sent_at is None or sent_at.utcoffset() == timedelta(0)
    for one in message.attachments:
        assert one.name
        assert len(one.name) <= MAX_FILE_NAME
        assert not set(one.name) & set('/\\\r\n\t\0"<>')
        assert not one.name.startswith(".")


def assert_line(line: str) -> None:
    """It is shown as one line, and UTF-8 can say it."""
    assert line.isprintable() or not any(ord(one) < 32 for one in line), repr(line)
    line.encode("utf-8")


def texts(value: object) -> Iterator[str]:
    """Yield every text in a value made of data classes and tuples."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


def _lines(message: ParsedMessage) -> Iterator[str]:
    envelope = message.envelope
    yield from (envelope.subject, envelope.message_id, envelope.in_reply_to, envelope.list_id)
    yield from envelope.references
    for one in envelope.all_addresses():
        yield from (one.name, one.address, one.canonical)
    for attachment in message.attachments:
        yield from (attachment.name, attachment.media_type, attachment.content_id or "")
    yield message.snippet
