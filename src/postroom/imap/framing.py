"""Cut the server's octets into responses: a line, and what its literals carry.

IMAP needs this step before any grammar, because a literal's octets may look like anything
(RFC 3501 §4.3). Nothing here knows what a response means, with two exceptions that framing cannot
do without: human text never announces a literal, and only FETCH may carry a large one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from postroom.imap.errors import LimitExceeded
from postroom.imap.limits import Limits

_ANNOUNCEMENT: Final = re.compile(rb"\{(\d{1,20})\+?\}")
_HUMAN_TEXT: Final = re.compile(rb"\* (?:OK|NO|BAD|BYE|PREAUTH)\b|[^*]", re.IGNORECASE)
_FETCH: Final = re.compile(rb"\* \d+ FETCH ", re.IGNORECASE)
_NUMBERS: Final = re.compile(rb"\* (?:E?SEARCH|VANISHED) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Oversized:
    """What stands where a literal larger than `Limits.message` was."""

    size: int


class LiteralSink(Protocol):
    """Where the octets of one literal go, as they come."""

    def write(self, chunk: bytes, /) -> object:
        """Take the next octets."""


Literal = bytes | Oversized | LiteralSink
OpenLiteral = Callable[[bytes, int], LiteralSink | None]
T = TypeVar("T")
ReadWhole = Callable[[bytes, int, Limits], tuple[T, int] | None]


@dataclass(slots=True)
class Frame:
    """One response: its text with the announcements (`{12}`) in place, and their literals."""

    text: bytes
    literals: list[Literal]


class Framer:
    """Octets in, frames out; holds what is incomplete and nothing else."""

    def __init__(self, limits: Limits, open_literal: OpenLiteral | None = None) -> None:
        """`open_literal(text so far, size)` may name another place for a FETCH's literal.

        Unless `expects_messages`, no literal is large: none was asked for.
        """
        self.expects_messages = True
        self._limits = limits
        self._open_literal = open_literal
        self._chunk = b""
        self._at = 0
        self._tail = bytearray()
        self._lines: list[bytes] = []
        self._text_size = 0
        self._kept_size = 0
        self._blank_lines = 0
        self._literals: list[Literal] = []
        self._open: LiteralSink | None = None
        self._missing = 0

    @property
    def is_empty(self) -> bool:
        """Whether every octet so far belonged to a frame already given out."""
        return not (self._at < len(self._chunk) or self._tail or self._lines or self._open)

    @property
    def is_amid_message(self) -> bool:
        """Whether the octets of a message that was asked for are still coming."""
        return self.expects_messages and self._open is not None

    def feed(self, chunk: bytes) -> None:
        """Take octets as they came from the server."""
        if self._open is not None:
            chunk = self._fill(self._open, chunk)
        # What came before is read first; most often nothing of it is left, and nothing is copied.
        self._chunk = self._chunk[self._at :] + chunk if self._at < len(self._chunk) else chunk
        self._at = 0

    def take_rest(self) -> bytes:
        """Give up what came and belongs to no frame yet."""
        rest = bytes(self._tail) + self._chunk[self._at :]
        self._tail.clear()
        self._chunk, self._at = b"", 0
        return rest

    def take_by(self, read: ReadWhole[T]) -> T | None:
        """Let a response of a message be read that lies here whole, without a frame; else None.

        `read(octets, start, limits)` returns what it read and where that ends.
        """
        if self._lines or self._tail or self._open or self._open_literal:
            return None
        found = read(self._chunk, self._at, self._limits) if self.expects_messages else None
        if found is None:
            return None
        response, self._at = found
        self._blank_lines = 0
        return response

    def next_frame(self) -> Frame | None:
        """Return the next whole response, or None for "need more". Raises LimitExceeded."""
        while self._open is None:
            line = self._next_line()
            if line is None:
                break
            if not line and self._may_skip_blank_line():
                self._skip_blank_line()
                continue
            self._lines.append(line)
            if not self._begin_literal(line):
                return self._take_frame()
        return None

    def _next_line(self) -> bytes | None:
        end = self._chunk.find(b"\n", self._at)
        if end < 0:
            self._keep_tail()
            return None
        line = self._chunk[self._at : end]
        self._at = end + 1
        if self._tail:
            line = bytes(self._tail) + line
            self._tail.clear()
        self._text_size += len(line) + 1
        self._check_text(self._text_size, line)
        return line.rstrip(b"\r")

    def _keep_tail(self) -> None:
        """Put the beginning of a line aside; a buffer that grows, however small the pieces are."""
        self._tail += self._chunk[self._at :]
        self._chunk, self._at = b"", 0
        self._check_text(len(self._tail), self._tail)

    def _check_text(self, size: int, line: bytes | bytearray) -> None:
        if size <= self._limits.line:
            return
        if not _NUMBERS.match(self._lines[0] if self._lines else line):
            raise LimitExceeded("line", self._limits.line)
        if size > self._limits.numbers:
            raise LimitExceeded("numbers", self._limits.numbers)

    def _fill(self, sink: LiteralSink, chunk: bytes) -> bytes:
        part = chunk[: self._missing]
        sink.write(part)
        self._missing -= len(part)
        if not self._missing:
            self._close_literal(sink)
        return chunk[len(part) :]

    def _may_skip_blank_line(self) -> bool:
        # Seen: a blank line after a message's literal. Elsewhere it ends the response.
        return not self._lines or _FETCH.match(self._lines[0]) is not None

    def _skip_blank_line(self) -> None:
        self._blank_lines += 1
        if self._blank_lines > self._limits.blank_lines:
            raise LimitExceeded("blank_lines", self._limits.blank_lines)
        if not self._lines:
            self._text_size = 0

    def _begin_literal(self, line: bytes) -> bool:
        if not line.endswith(b"}"):
            return False
        announced = _ANNOUNCEMENT.fullmatch(line, line.rfind(b"{"))
        if announced is None or _HUMAN_TEXT.match(self._lines[0]):
            return False
        size = int(announced.group(1))
        self._check_literals(size)
        sink = self._sink_for(size)
        if sink is None and len(self._chunk) - self._at >= size:
            self._literals.append(self._take(size))
            return True
        self._open = sink if sink is not None else _Joined()
        self._missing = size
        self._fill(self._open, self._take(size))
        return True

    def _take(self, size: int) -> bytes:
        """Take up to `size` octets that are here already."""
        taken = self._chunk[self._at : self._at + size]
        self._at += len(taken)
        return taken

    def _check_literals(self, size: int) -> None:
        if len(self._literals) >= self._limits.literals:
            raise LimitExceeded("literals", self._limits.literals)
        if size <= self._limits.message:
            self._kept_size += size
        if self._kept_size > self._limits.response:
            raise LimitExceeded("response", self._limits.response)

    def _sink_for(self, size: int) -> LiteralSink | None:
        """Return where the literal goes; None keeps it in memory."""
        if not (self.expects_messages and _FETCH.match(self._lines[0])):
            if size > self._limits.literal:
                raise LimitExceeded("literal", self._limits.literal)
            return None
        if size > self._limits.skipped_message:
            raise LimitExceeded("skipped_message", self._limits.skipped_message)
        if size > self._limits.message:
            return _Skipped(size)
        return self._open_literal(b"".join(self._lines), size) if self._open_literal else None

    def _close_literal(self, sink: LiteralSink) -> None:
        self._open = None
        match sink:
            case _Joined():
                self._literals.append(bytes(sink.octets))
            case _Skipped():
                self._literals.append(Oversized(sink.size))
            case _:
                self._literals.append(sink)

    def _take_frame(self) -> Frame:
        lines = self._lines
        frame = Frame(lines[0] if len(lines) == 1 else b"".join(lines), self._literals)
        self._lines, self._literals = [], []
        self._text_size = self._kept_size = self._blank_lines = 0
        return frame


class _Joined:
    """A literal of ordinary size that came in pieces.

    One growing buffer: a list of the pieces would cost eight octets for each that came alone.
    """

    __slots__ = ("octets",)

    def __init__(self) -> None:
        self.octets = bytearray()

    def write(self, chunk: bytes) -> None:
        self.octets += chunk


class _Skipped:
    """A literal too large to keep: read past, so that the next message can be read."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size

    def write(self, chunk: bytes) -> None:
        """Forget the chunk."""
