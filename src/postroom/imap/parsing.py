"""Frames into responses: one function for each response, found by its word in a table."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from postroom.imap.errors import LimitExceeded, MalformedResponse
from postroom.imap.fetch_response import parse_fetch
from postroom.imap.framing import Frame
from postroom.imap.grammar import Reader, token
from postroom.imap.limits import Limits
from postroom.imap.responses import (
    CapabilityList,
    Code,
    Condition,
    Continuation,
    Enabled,
    Exists,
    Expunged,
    FlagsDefined,
    Found,
    Listed,
    Namespace,
    Namespaces,
    Response,
    ServerId,
    Status,
    StatusOf,
    Unknown,
    Vanished,
)
from postroom.imap.server_words import server_words
from postroom.imap.uid_set import UidSet

_UNTAGGED: Final = token(rb"\* +(?:(\d{1,10}) +)?([A-Z][A-Z0-9.-]*)")
_TAGGED: Final = token(rb"([^\x00-\x20+*(){%\x7f\"\\]+) +(OK|NO|BAD)\b")
_CODE: Final = token(rb"\[([A-Z0-9.-]+)(?: ([^\]]*))?\]")
_SEQUENCE_SET: Final = token(rb"([\d:,]+)")
_SHORT: Final = 4_096  # Octets of capabilities worth sharing.
_DIGITS_AND_BLANKS: Final = b"0123456789 \t"
_STATUS_NUMBERS: Final = {
    b"MESSAGES": "messages",
    b"UIDNEXT": "uidnext",
    b"UIDVALIDITY": "uidvalidity",
    b"UNSEEN": "unseen",
    b"HIGHESTMODSEQ": "highestmodseq",
    b"SIZE": "size",
    b"APPENDLIMIT": "append_limit",
}
_CONDITIONS: Final = frozenset((b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"))


def parse_response(frame: Frame, limits: Limits) -> Response:
    """Return what the server said. Raises MalformedResponse or LimitExceeded."""
    text = frame.text
    reader = Reader(frame, limits)
    if text.startswith(b"+"):
        return Continuation(text[1:].strip())
    untagged = reader.match(_UNTAGGED)
    if untagged is None:
        return _parse_tagged(reader)
    number, word = untagged.group(1), untagged.group(2).upper()
    if number is not None:
        return _parse_numbered(reader, int(number), word)
    if word in _CONDITIONS:
        return _parse_condition(reader, word, None)
    parse = _WORDS.get(word)
    return parse(reader) if parse else Unknown(word)


def parse_uid_set(text: bytes) -> UidSet:
    """Return a set of UIDs a server named. Raises MalformedResponse."""
    try:
        return UidSet.parse(text)
    except ValueError as error:
        raise MalformedResponse(str(error)) from None


def _parse_tagged(reader: Reader) -> Condition:
    tagged = reader.match(_TAGGED)
    if tagged is None:
        reader.fail("not an IMAP response")
    return _parse_condition(reader, tagged.group(2).upper(), tagged.group(1))


def _parse_condition(reader: Reader, kind: bytes, tag: bytes | None) -> Condition:
    code = None
    found = reader.match(_CODE)
    if found is not None:
        code = Code(found.group(1).decode("ascii").upper(), found.group(2) or b"")
    words = server_words(reader.rest(), reader.limits.server_words)
    return Condition(kind.decode("ascii"), code, words, tag)


def _parse_numbered(reader: Reader, number: int, word: bytes) -> Response:
    match word:
        case b"FETCH":
            return parse_fetch(reader, number)
        case b"EXISTS":
            return Exists(number)
        case b"EXPUNGE":
            return Expunged(number)
    return Unknown(word)


def _parse_capability(reader: Reader) -> CapabilityList:
    return CapabilityList(parse_capability_words(reader.rest(), reader.limits))


def parse_capability_words(text: bytes, limits: Limits) -> frozenset[str]:
    """Return capability names in capitals, from a response or from a code."""
    if len(text.split()) > limits.words:
        raise LimitExceeded("words", limits.words)
    return _in_capitals(text) if len(text) > _SHORT else _shared(text)


def _in_capitals(words: bytes) -> frozenset[str]:
    return frozenset(word.decode("ascii", "backslashreplace").upper() for word in words.split())


# One set for all connections to servers of one kind: two thousand of their own take 20 MB.
_shared = lru_cache(maxsize=256)(_in_capitals)


def _parse_enabled(reader: Reader) -> Enabled:
    return Enabled(parse_capability_words(reader.rest(), reader.limits))


def _parse_list(reader: Reader) -> Listed:
    attributes = reader.flag_list()
    delimiter = reader.nstring()
    name = reader.astring()
    # Extended data, as `("OLDNAME" (…))`, may follow and is not ours (RFC 5258 §6).
    return Listed(name, _delimiter(delimiter), attributes)


def _parse_status(reader: Reader) -> StatusOf:
    name = reader.astring()
    values: dict[str, int] = {}
    reader.expect(b"(")
    while not reader.accept(b")"):
        item = reader.atom().upper()
        if item in _STATUS_NUMBERS and not reader.accept(b"NIL"):
            values[_STATUS_NUMBERS[item]] = reader.number()
        elif item not in _STATUS_NUMBERS:
            reader.value()
    return StatusOf(name, Status(**values))


def _parse_search(reader: Reader) -> Found:
    text, _, _ = reader.rest().partition(b"(")
    # All at once, for there may be a hundred thousand; `int` alone would take `+1` and `1_000`.
    if text.translate(None, _DIGITS_AND_BLANKS):
        raise MalformedResponse(f"not UIDs: {text[:40]!r}")
    try:
        return Found(UidSet(map(int, text.split())))
    except (ValueError, OverflowError):
        raise MalformedResponse(f"not UIDs: {text[:40]!r}") from None


def _parse_esearch(reader: Reader) -> Found:
    tag = None
    uids = UidSet()
    if reader.accept(b"("):
        reader.expect(b"TAG")
        tag = reader.astring()
        reader.expect(b")")
    while not reader.at_end():
        name = reader.atom().upper()
        if name == b"ALL":
            found = reader.match(_SEQUENCE_SET)
            uids = parse_uid_set(found.group(1) if found else b"")
        elif name != b"UID":
            reader.value()
    return Found(uids, tag)


def _parse_vanished(reader: Reader) -> Vanished:
    earlier = reader.accept(b"(EARLIER)")
    return Vanished(parse_uid_set(reader.rest()), earlier)


def _parse_flags(reader: Reader) -> FlagsDefined:
    return FlagsDefined(reader.flag_list())


def _parse_id(reader: Reader) -> ServerId:
    fields: dict[str, str] = {}
    if not reader.accept(b"("):
        return ServerId()
    while not reader.accept(b")"):
        name, value = reader.astring(), reader.nstring()
        if len(fields) < 30:
            fields[server_words(name, 30).lower()] = server_words(value or b"", 200)
    return ServerId(fields)


def _parse_namespace(reader: Reader) -> Namespaces:
    personal, others, shared = (_namespaces(reader) for _ in range(3))
    return Namespaces(personal, others, shared)


def _namespaces(reader: Reader) -> tuple[Namespace, ...]:
    found: list[Namespace] = []
    if not reader.accept(b"("):
        reader.nstring()
        return ()
    while not reader.accept(b")"):
        reader.expect(b"(")
        prefix, delimiter = reader.nstring() or b"", reader.nstring()
        while not reader.accept(b")"):
            reader.value()
        found.append(Namespace(prefix, _delimiter(delimiter)))
    return tuple(found)


def _delimiter(text: bytes | None) -> str | None:
    return text.decode("ascii", "backslashreplace")[:1] or None if text else None


_WORDS: Final[dict[bytes, Callable[[Reader], Response]]] = {
    b"CAPABILITY": _parse_capability,
    b"ENABLED": _parse_enabled,
    b"LIST": _parse_list,
    b"STATUS": _parse_status,
    b"SEARCH": _parse_search,
    b"ESEARCH": _parse_esearch,
    b"VANISHED": _parse_vanished,
    b"FLAGS": _parse_flags,
    b"ID": _parse_id,
    b"NAMESPACE": _parse_namespace,
}
