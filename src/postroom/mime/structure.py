"""A message's bytes to its tree of parts (RFC 2046), without copying them.

A part is a pair of offsets into the message; only an encoded nested message gets bytes of its own.
Delimiter lines are found by searching for them, from the outermost multipart inwards, so an outer
delimiter always ends an inner multipart that was never closed. Paths are IMAP section numbers
(RFC 9051 §6.4.5): part (1, 2) is what FETCH BODY[1.2] answers.
"""

import re
from dataclasses import dataclass, field

from postroom.mime.defects import Defect
from postroom.mime.headers import HeaderFields, split_message, split_part, with_line_feeds
from postroom.mime.limits import MAX_DELIMITERS, MAX_NESTING, MAX_PARTS
from postroom.mime.parameters import ContentType, parse_content_type
from postroom.mime.transfer import decode_transfer, decoded_size

MESSAGE_TYPES = frozenset(("message/rfc822", "message/global", "message/news"))

_EXACT_TAIL = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_LOOSE_TAIL = re.compile(rb"(--)?[^\n]*(?:\n|\Z)")
_PLAIN = ContentType("text/plain", {})
_NESTED = ContentType("message/rfc822", {})
_BINARY = ContentType("application/octet-stream", {})


@dataclass(slots=True, eq=False)
class Part:
    """One node of the tree: a header, and a body as offsets into `raw`."""

    path: tuple[int, ...]
    raw: bytes
    start: int
    end: int
    header: HeaderFields
    content_type: ContentType
    children: list["Part"] = field(default_factory=list)

    @property
    def media_type(self) -> str:
        """The type as `text/plain`, in lower case; never empty."""
        return self.content_type.media_type

    @property
    def encoding(self) -> str:
        """The Content-Transfer-Encoding, '' when there is none."""
        return self.header.get(b"content-transfer-encoding")

    def encoded(self, limit: int | None = None) -> bytes:
        """Return the body as it stands in the message, or its first bytes."""
        return self.raw[
            self.start : self.end if limit is None else min(self.end, self.start + limit)
        ]

    def content(self, limit: int | None = None) -> bytes:
        """Return the body with its transfer encoding undone, or what its first bytes make."""
        return decode_transfer(self.encoded(limit), self.encoding)[0]

    def size(self) -> int:
        """Return the length of the content."""
        return decoded_size(self.encoded(), self.encoding)


def find_structure(raw: bytes) -> tuple[Part, set[Defect]]:
    """Read the tree of a whole message and what was wrong with it."""
    reader = _Reader()
    root = reader.message(with_line_feeds(raw), (), 0)
    return root, reader.defects


class _Reader:
    """Counts what the limits bound over the whole tree, nested messages included."""

    def __init__(self) -> None:
        self.parts = 0
        self.delimiters = 0
        self.defects: set[Defect] = set()

    def message(self, raw: bytes, path: tuple[int, ...], depth: int) -> Part:
        """Read a message; a single body is its own part 1."""
        start, header_end, body = split_message(raw)
        header = HeaderFields(raw[start:header_end])
        part = self._part(raw, (body, len(raw)), header, _PLAIN)
        multipart = part.media_type.startswith("multipart/")
        part.path = path if multipart else (*path, 1)
        self._descend(part, depth)
        return part

    def _part(
        self, raw: bytes, body: tuple[int, int], header: HeaderFields, default: ContentType
    ) -> Part:
        self.parts += 1
        written = header.get(b"content-type")
        content_type = parse_content_type(written) if written else default
        if not content_type.media_type:
            content_type = _unreadable_type(content_type)
        header.charset = content_type.charset
        return Part((), raw, *body, header, content_type)

    def _descend(self, part: Part, depth: int) -> None:
        media_type = part.media_type
        if media_type.startswith("multipart/"):
            self._open_multipart(part, depth)
        elif media_type in MESSAGE_TYPES:
            self._open_message(part, depth)

    def _open_message(self, part: Part, depth: int) -> None:
        if depth >= MAX_NESTING:
            self.defects.add(Defect.TOO_DEEP)
        elif self.parts >= MAX_PARTS:
            self.defects.add(Defect.TOO_MANY_PARTS)
        else:
            nested = self.message(part.content(), part.path, depth + 1)
            part.children.append(nested)

    def _open_multipart(self, part: Part, depth: int) -> None:
        boundary = part.content_type.parameters.get("boundary", "").encode("utf-8")
        if depth >= MAX_NESTING:
            self.defects.add(Defect.TOO_DEEP)
        elif spans := self._find_spans(part, boundary):
            self._add_children(part, spans, depth)
        else:
            self.defects.add(Defect.NO_BOUNDARY)

    def _add_children(self, part: Part, spans: list[tuple[int, int]], depth: int) -> None:
        default = _NESTED if part.media_type == "multipart/digest" else _PLAIN
        for number, (start, end) in enumerate(spans, start=1):
            if self.parts >= MAX_PARTS:
                self.defects.add(Defect.TOO_MANY_PARTS)
                return
            header_end, body = split_part(part.raw, start, end)
            header = HeaderFields(part.raw[start:header_end])
            child = self._part(part.raw, (body, end), header, default)
            child.path = (*part.path, number)
            part.children.append(child)
            self._descend(child, depth + 1)

    def _find_spans(self, part: Part, boundary: bytes) -> list[tuple[int, int]]:
        """Return where each body part of a multipart begins and ends.

        RFC 2046 §5.1.1 has any line match that begins with the delimiter; but mailers number their
        boundaries, and then `--a1` also begins `--a10`. So whole lines first.
        """
        if not boundary:
            return []
        delimiter = b"\n--" + boundary
        return self._spans(part, delimiter, _EXACT_TAIL) or self._spans(
            part, delimiter, _LOOSE_TAIL
        )

    def _spans(
        self, part: Part, delimiter: bytes, tail: re.Pattern[bytes]
    ) -> list[tuple[int, int]]:
        end = part.end
        spans: list[tuple[int, int]] = []
        opened = -1
        found = self._next_delimiter(part, delimiter, tail, part.start)
        while found is not None and len(spans) <= MAX_PARTS:
            line_break, after, closes = found
            if opened >= 0:
                spans.append((opened, max(opened, line_break)))
            opened = after
            if closes:
                return spans
            found = self._next_delimiter(part, delimiter, tail, after - 1)
        if opened >= 0:
            self.defects.add(Defect.UNCLOSED_MULTIPART)
            if opened < end or not spans:
                spans.append((opened, end))
        return spans

    def _next_delimiter(
        self, part: Part, delimiter: bytes, tail: re.Pattern[bytes], position: int
    ) -> tuple[int, int, bool] | None:
        """Find a delimiter line: where the line break before it is, where it ends, if it closes."""
        raw, end = part.raw, part.end
        if position == part.start and raw.startswith(delimiter[1:], position, end):
            found = position - 1
        else:
            found = _found(raw.find(delimiter, position, end))
        while found >= part.start - 1 and self.delimiters < MAX_DELIMITERS:
            self.delimiters += 1
            if rest := tail.match(raw, found + len(delimiter), end):
                line_break = found - (found > part.start and raw[found - 1] == 0x0D)
                return line_break, rest.end(), rest[1] is not None
            found = _found(raw.find(delimiter, found + 1, end))
        return None


_NOWHERE = -2


def _found(position: int) -> int:
    return position if position >= 0 else _NOWHERE


def _unreadable_type(written: ContentType) -> ContentType:
    """A type that is none: what has a file name is a file, the rest is text."""
    return ContentType(
        _BINARY.media_type if written.name else _PLAIN.media_type, written.parameters
    )
