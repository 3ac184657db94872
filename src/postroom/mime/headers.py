"""A header's bytes to its fields (RFC 5322 §2.2, §4.5).

The header ends at the first empty line, as every IMAP server has it, so that a field read from a
FETCH of some fields and the same field read from the whole message are equal. Before that line
nothing ends it: a line that is no field is skipped. Two repairs go further, where the strict
reading would find nothing at all: empty lines before the first field, and bare CR as line end.
"""

import re

from postroom.mime.charsets import decode_text
from postroom.mime.defects import Defect
from postroom.mime.limits import MAX_FIELD, MAX_FIELDS, MAX_HEADER

FIELD = re.compile(rb"^([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.MULTILINE)
_FIELD_OR_JUNK = re.compile(FIELD.pattern + rb"|^([^\s].*)", re.MULTILINE)
_HEADER_END = re.compile(rb"\n\r?\n")
_EMPTY_LINE = re.compile(rb"\r?\n")
_BLANK_START = re.compile(rb"(?:[ \t]*\r?\n)++")
_MBOX_LINE = re.compile(rb">?From [^\n]*\n")


class HeaderFields:
    """The fields of one header, looked up by lower-case name; values come unfolded and decoded."""

    __slots__ = ("_plain", "_values", "charset", "defects", "repeated")

    def __init__(self, header: bytes, charset: str = "") -> None:
        """Split a header; `charset` is how raw 8-bit values are read that are not UTF-8."""
        self._values: dict[bytes, list[bytes]] = {}
        self.charset = charset
        self.defects: set[Defect] = set()
        self.repeated: set[bytes] = set()
        self._plain = _is_plain(header)
        self._split(header)

    def get(self, name: bytes) -> str:
        """Return the first value of a field, '' when it is absent."""
        values = self._values.get(name)
        return self._text(values[0]) if values else ""

    def all(self, name: bytes) -> list[str]:
        """Return every value of a field, in the order of the header."""
        return [self._text(value) for value in self._values.get(name, ())]

    def __contains__(self, name: bytes) -> bool:
        return name in self._values

    def _split(self, header: bytes) -> None:
        found = _FIELD_OR_JUNK.findall(header[:MAX_HEADER])
        if len(header) > MAX_HEADER or len(found) > MAX_FIELDS:
            self.defects.add(Defect.HEADER_TOO_LARGE)
        values = self._values
        for name, value, junk in found[:MAX_FIELDS]:
            name = name.lower()
            if junk:
                self.defects.add(Defect.JUNK_IN_HEADER)
            elif name in values:
                values[name].append(value)
                self.repeated.add(name)
            else:
                values[name] = [value]
        if not values:
            self.defects.add(Defect.NO_HEADER)

    def _text(self, value: bytes) -> str:
        if len(value) > MAX_FIELD:
            value = value[:MAX_FIELD]
            self.defects.add(Defect.FIELD_TOO_LARGE)
        if b"\n" in value:
            value = value.replace(b"\r", b"").replace(b"\n", b"")
        if self._plain or _is_plain(value):
            return value.decode("ascii").strip()
        self.defects.add(Defect.RAW_EIGHT_BIT_HEADER)
        return decode_text(value, "" if _is_utf8(value) else self.charset).strip()


def split_message(raw: bytes) -> tuple[int, int, int]:
    """Return where a message's header starts, where it ends, and where the body starts."""
    start = _header_start(raw)
    if (blank := _BLANK_START.match(raw, start)) and FIELD.match(raw, blank.end()):
        start = blank.end()
    end, body = split_part(raw, start, len(raw))
    return start, end, body


def split_part(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the header ends that begins at `start`, and where its body starts."""
    if empty := _EMPTY_LINE.match(raw, start, end):
        return start, empty.end()
    found = _HEADER_END.search(raw, start, end)
    return (found.start() + 1, found.end()) if found else (end, end)


def with_line_feeds(raw: bytes) -> bytes:
    """Return the message with its bare CRs as line ends, if it has no others."""
    if b"\r" in raw[:MAX_FIELD] and b"\n" not in raw:
        return raw.replace(b"\r", b"\n")
    return raw


def _header_start(raw: bytes) -> int:
    if raw[:6].find(b"From ") in (0, 1) and (line := _MBOX_LINE.match(raw)):
        return line.end()
    return 0


def _is_plain(value: bytes) -> bool:
    """Tell whether bytes are ASCII that stands for itself: no NUL, no shift to another charset."""
    return value.isascii() and b"\0" not in value and b"\x1b" not in value


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
