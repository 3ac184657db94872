"""Octets are cut into the same frames however the network cuts them, and little is held."""

from collections.abc import Iterator

from imap.responses import RESPONSES
from postroom.imap.errors import LimitExceeded
from postroom.imap.framing import Frame, Framer
from postroom.imap.limits import Limits

LIMITS = Limits(
    line=200, literal=50, message=100, response=150, skipped_message=300, literals=4, words=9
)


def seeds() -> Iterator[bytes]:
    """Yield transcripts; the first octet is the size of the slices."""
    for size, (line, _) in enumerate(RESPONSES):
        yield bytes([1 + size % 30]) + line + b"\r\n"
    yield b"\x03* 1 FETCH (UID 1 BODY[] {120}\r\n" + b"x" * 120 + b")\r\n* 2 EXISTS\r\n"
    yield b"\x05* 1 FETCH (BODY[] {5}\r\nabcde\r\n BODY[] ~{3+}\r\nabc)\r\n"


def check(octets: bytes) -> None:
    """Cut whole, octet by octet, and in slices."""
    size, stream = octets[:1], octets[1:]
    whole = cut(stream, len(stream) or 1)
    assert cut(stream, 1) == whole
    assert cut(stream, 1 + (size[0] if size else 0)) == whole


def cut(stream: bytes, size: int) -> tuple[list[Frame], str]:
    """Return the frames of a stream that comes in slices, and the limit that ended it, if any."""
    framer, frames = Framer(LIMITS), []
    try:
        for start in range(0, len(stream), size):
            framer.feed(stream[start : start + size])
            while (frame := framer.next_frame()) is not None:
                assert len(frame.text) <= LIMITS.line
                assert len(frame.literals) <= LIMITS.literals
                frames.append(frame)
    except LimitExceeded as error:
        return frames, error.limit
    return frames, ""
