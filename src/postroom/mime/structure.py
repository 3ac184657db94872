"""A message's bytes to its tree of parts (RFC 2046), without copying them.

A part is a pair of offsets into the message; only an encoded nested message gets bytes of its own.
Delimiter lines are found by searching for them, from the outermost multipart inwards, so an outer
delimiter always ends an inner multipart that was never closed. Paths are IMAP section numbers
(RFC 9051 §6.4.5): part (1, 2) is what FETCH BODY[1.2] answers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from postroom.mime.defects import Defect
from postroom.mime.headers import HeaderFields, split_message, split_part, with_line_feeds
from postroom.mime.limits import MAX_DELIMITERS, MAX_NESTING, MAX_PARTS
from postroom.mime.parameters import ContentType, parse_content_type
from postroom.mime.transfer import decode_transfer, decoded_size

Span = tuple[int, int]

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
    def is_open(self) -> bool:
        """Whether this is a multipart in which parts were found."""
        return bool(self.children) and self.media_type.startswith("multipart/")

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

    def _part(self, raw: bytes, body: Span, header: HeaderFields, default: ContentType) -> Part:
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
            part.path = part.path or (1,)

    def _add_children(self, part: Part, spans: list[Span], depth: int) -> None:
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

    def _find_spans(self, part: Part, boundary: bytes) -> list[Span]:
        """Return where each body part of a multipart begins and ends.

        RFC 2046 §5.1.1 has any line match that begins with the delimiter; but mailers number their
        boundaries, and then `--a1` also begins `--a10`. So whole lines first.
        """
        if not boundary:
            return []
        delimiter = b"\n--" + boundary
        exact = self._spans(part, delimiter, _EXACT_TAIL)
        return exact or self._spans(part, delimiter, _LOOSE_TAIL)

    def _spans(self, part: Part, delimiter: bytes, tail: re.Pattern[bytes]) -> list[Span]:
        spans: list[Span] = []
        opened = -1
        for line_break, after, closes in self._delimiter_lines(part, delimiter, tail):
            if opened >= 0:
                spans.append((opened, max(opened, line_break)))
            opened = after
            if closes:
                return spans
            if len(spans) > MAX_PARTS:
                break
        if opened >= 0:
            self.defects.add(Defect.UNCLOSED_MULTIPART)
            if opened < part.end or not spans:
                spans.append((opened, part.end))
        return spans

    def _delimiter_lines(
        self, part: Part, delimiter: bytes, tail: re.Pattern[bytes]
    ) -> Iterator[tuple[int, int, bool]]:
        """Yield where the line break before it is, where it ends, and whether it closes."""
        raw, end = part.raw, part.end
        # A body follows a line end, and so does the line behind a delimiter: look from there.
        found = raw.find(delimiter, max(part.start - 1, 0), end)
        while found >= 0 and self.delimiters < MAX_DELIMITERS:
            self.delimiters += 1
            rest = tail.match(raw, found + len(delimiter), end)
            if rest:
                yield found - raw.endswith(b"\r", 0, found), rest.end(), rest[1] is not None
            found = raw.find(delimiter, rest.end() - 1 if rest else found + 1, end)


def _unreadable_type(written: ContentType) -> ContentType:
    """A type that is none: what has a file name is a file, the rest is text."""
    return ContentType(
        _BINARY.media_type if written.name else _PLAIN.media_type, written.parameters
    )
