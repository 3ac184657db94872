"""Messages in a file that somebody hands us: mbox, one .eml, or a zip of such. All of it hostile.

Nothing is unpacked to the disk and no name in an archive is used for anything. What is declared of
a size is not believed: bytes are counted as they come, and end where the limits say.
"""

from collections.abc import Iterator
from typing import IO, Any, Final, NamedTuple, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from postroom.export.mbox import parse_mbox_entry
from postroom.team.refusal import Refusal

MIB: Final = 1024 * 1024
LARGEST_MESSAGE: Final = 64 * MIB  # As from a mail server: imap.limits.
LARGEST_FILE: Final = 8 * 1024 * MIB  # All messages together, unpacked.
MOST_ENTRIES: Final = 200_000
LONGEST_READ: Final = 64 * 1024  # Of a line at once: a line may have no end.
LONGEST_DIRECTORY: Final = 24 * MIB
# Others give back all that a piece unpacks to at once: 860 bytes of bzip2 took two gigabytes.
PACKED_AS: Final = (ZIP_STORED, ZIP_DEFLATED)
TOO_MANY: Final = f"This zip has more than {MOST_ENTRIES:,} entries, or very long names. Divide it."
IN_ZIPS: Final = (".eml", ".mbox", ".mbx", ".msg.eml")
ZIP: Final = b"PK\x03\x04"
FROM: Final = b"From "


class FileRefused(Refusal):
    """The file is not one that mail can be read from; the sentence says why and what to do."""


class Found(NamedTuple):
    """A message of the file; None for one that is larger than a message may be."""

    raw: bytes | None


class Allowance:
    """How much of a file is still read."""

    def __init__(self) -> None:
        self._left = LARGEST_FILE

    def take(self, size: int) -> None:
        """Count bytes. Raises FileRefused when there are too many."""
        self._left -= size
        if self._left < 0:
            raise FileRefused(
                f"This file holds more than {LARGEST_FILE // MIB:,} MB when it is unpacked. What"
                " came before that is here; divide the rest into smaller files."
            )


class Sparing:
    """A zip whose list of contents is refused, not read, when it is too long to be kept.

    It is the one thing of a zip that is read at once, so its size shows what is asked for.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Read. Raises FileRefused."""
        if size > LONGEST_DIRECTORY:
            raise FileRefused(TOO_MANY)
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def messages_in(file: IO[bytes]) -> Iterator[Found]:
    """Every message, one at a time. Raises FileRefused."""
    file.seek(0)
    start = file.read(len(FROM))
    file.seek(0)
    allowance = Allowance()
    if start.startswith(ZIP):
        yield from in_zip(file, allowance)
    else:
        yield from in_one(file, allowance)


def in_zip(file: IO[bytes], allowance: Allowance) -> Iterator[Found]:
    """Messages of those entries whose names end as mail's do; others are passed over."""
    try:
        with ZipFile(cast(IO[bytes], Sparing(file))) as opened:
            entries = opened.infolist()
            if len(entries) > MOST_ENTRIES:
                raise FileRefused(TOO_MANY)
            for entry in entries:
                if entry.filename.lower().endswith(IN_ZIPS) and not entry.flag_bits & 1:
                    yield from in_entry(opened, entry, allowance)
    except (BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise FileRefused(
            "This zip is damaged, or packed in a way that is not known here. What came before that"
            " is here; pack it anew and import it again."
        ) from error


def in_entry(opened: ZipFile, entry: ZipInfo, allowance: Allowance) -> Iterator[Found]:
    """What one entry holds. Raises NotImplementedError for what unpacks without a bound."""
    if entry.compress_type not in PACKED_AS:
        raise NotImplementedError(entry.compress_type)
    with opened.open(entry) as content:
        yield from in_one(content, allowance)


def in_one(file: IO[bytes], allowance: Allowance) -> Iterator[Found]:
    """An mbox if it begins as one, otherwise one message."""
    first = read_line(file, allowance)
    if first.startswith(FROM):
        yield from in_mbox(file, first, allowance)
    elif first:
        whole, size = bytearray(first), len(first)
        while line := read_line(file, allowance):
            size += len(line)
            if size <= LARGEST_MESSAGE:
                whole += line
        yield Found(bytes(whole) if size <= LARGEST_MESSAGE else None)


def in_mbox(file: IO[bytes], first: bytes, allowance: Allowance) -> Iterator[Found]:
    """Messages between From lines, which begin a line after an empty one.

    One growing buffer: a list of short lines takes thirty times their bytes.
    """
    skip_line(file, first, allowance)
    lines = bytearray()
    size, is_after_empty = 0, False
    while line := read_line(file, allowance):
        if is_after_empty and line.startswith(FROM):
            yield message_of(lines, size)
            skip_line(file, line, allowance)
            lines, size, is_after_empty = bytearray(), 0, False
            continue
        size += len(line)
        if size <= LARGEST_MESSAGE:
            lines += line
        is_after_empty = line in (b"\n", b"\r\n")
    if size:
        yield message_of(lines, size)


def message_of(lines: bytearray, size: int) -> Found:
    """The message of some lines, unless it is too large."""
    return Found(parse_mbox_entry(bytes(lines)) if size <= LARGEST_MESSAGE else None)


def read_line(file: IO[bytes], allowance: Allowance) -> bytes:
    """A line, or as much of one as is read at once."""
    line = file.readline(LONGEST_READ)
    allowance.take(len(line))
    return line


def skip_line(file: IO[bytes], begun: bytes, allowance: Allowance) -> None:
    """The rest of a line of which the beginning was read."""
    while begun and not begun.endswith(b"\n"):
        begun = read_line(file, allowance)
