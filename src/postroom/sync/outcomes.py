"""What the archive keeps of a message, or why it cannot.

The functions run in the parser's process, which loads this module and nothing else of `sync`. They
take a group of messages: what one of them raises concerns no other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeVar

from postroom.archive.entry import Entry, canonicals_in, entry_of
from postroom.archive.search_entry import Source, Vectors, Words, vectors_of, words_of_message
from postroom.mime import Envelope, identify, parse_headers, skim_message, skim_with_text

S = TypeVar("S")
T = TypeVar("T")
REMEMBERED = 8_192  # Headers: the same people write to each other again and again.


class ReadMessage(NamedTuple):
    """As much of a message as rows need; a reader has it parsed again, from the raw bytes.

    Of a header alone the last three are empty, and `words` are there for who asks for them.
    `is_certain`: its identity is nobody else's.
    """

    entry: Entry
    identity: bytes
    is_certain: bool
    snippet: str
    has_attachments: bool
    words: Words | None = None


class RereadMessage(NamedTuple):
    """The same in values, to be compared with the rows that are here."""

    envelope: Envelope
    snippet: str
    has_attachments: bool


@dataclass(frozen=True, slots=True)
class BrokenMessage:
    """A message that could not be parsed, and why."""

    reason: str


Outcome = ReadMessage | BrokenMessage


def read_each(messages: Sequence[bytes]) -> list[Outcome]:
    """Read whole messages."""
    return [tried(read, raw) for raw in messages]


def read_each_with_words(messages: Sequence[bytes]) -> list[Outcome]:
    """Read whole messages, and their words for search."""
    return [tried(read_with_words, raw) for raw in messages]


def read_headers(headers: Sequence[bytes]) -> list[Outcome]:
    """Read headers, or what a FETCH of HEADER_FIELDS brought."""
    return [tried(read_header, header) for header in headers]


def people_of_each(headers: Sequence[bytes]) -> list[tuple[str, ...] | BrokenMessage]:
    """Who is on each of some messages, by its headers that name people."""
    return [tried(people_of, header) for header in headers]


def reread_each(messages: Sequence[bytes]) -> list[RereadMessage | BrokenMessage]:
    """Read whole messages that are stored already."""
    return [tried(reread, raw) for raw in messages]


def words_each(sources: Sequence[Source]) -> list[Vectors | BrokenMessage]:
    """Read whole messages for search."""
    return [tried(vectors_of, source) for source in sources]


def tried(work: Callable[[S], T], raw: S) -> T | BrokenMessage:
    """The answer, or that there is none."""
    try:
        return work(raw)
    except Exception as error:
        return BrokenMessage(f"Reading it failed: {type(error).__name__}.")


def read(raw: bytes) -> ReadMessage:
    """Read as much of a whole message as is kept."""
    skim = skim_message(raw)
    return in_short(raw, skim.envelope, skim.snippet, skim.has_attachments)


def read_with_words(raw: bytes) -> ReadMessage:
    """The same with its words, in less than two readings take."""
    skim, text, files = skim_with_text(raw)
    found = in_short(raw, skim.envelope, skim.snippet, skim.has_attachments)
    return found._replace(words=words_of_message(skim.envelope, text, files))


def read_header(header: bytes) -> ReadMessage:
    """Read a header."""
    return in_short(header, parse_headers(header))


@lru_cache(REMEMBERED)
def people_of(header: bytes) -> tuple[str, ...]:
    """The canonical addresses that the entry of this header holds."""
    return canonicals_in(parse_headers(header))


def reread(raw: bytes) -> RereadMessage:
    """Read as much of a stored message as its rows show."""
    skim = skim_message(raw)
    return RereadMessage(skim.envelope, skim.snippet, skim.has_attachments)


def in_short(
    raw: bytes, envelope: Envelope, snippet: str = "", has_attachments: bool = False
) -> ReadMessage:
    """What of it becomes rows."""
    identity, is_identified = identify(raw)
    is_certain = bool(envelope.message_id) or is_identified
    return ReadMessage(entry_of(envelope), identity, is_certain, snippet, has_attachments)
