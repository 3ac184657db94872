"""All files of an email as one ZIP, written while it is sent: one file in memory at a time."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Iterable
from typing import Final

from postroom.mime import Attachment
from postroom.rendering.readers import READERS, ReadersBusy

MOST_FILES: Final = 200
MOST_OCTETS: Final = 256 * 1024 * 1024
NOT_INCLUDED: Final = "Not included.txt"
# A ZIP stores no older date, and the files of an email have none.
SOME_DAY: Final = (1980, 1, 1, 0, 0, 0)


class Sink(io.RawIOBase):
    """What was written since one looked last. It does not seek, so the ZIP gets no holes."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        """Keep it until it is taken."""
        self._written += content
        return len(content)

    def take(self) -> bytes:
        """Everything since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


async def zipped(raw: bytes, attachments: Iterable[Attachment]) -> AsyncIterator[bytes]:
    """The files, stored as they are; what had to be left out is named in a file of its own."""
    sink, left_out, room = Sink(), [], MOST_OCTETS
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for number, (name, attachment) in enumerate(named_apart(attachments)):
            is_small = number < MOST_FILES and attachment.size <= room
            content = await asyncio.to_thread(taken_out, raw, attachment) if is_small else None
            if content is None:
                left_out.append(name)
                continue
            room -= len(content)
            archive.writestr(zipfile.ZipInfo(name, SOME_DAY), content)
            yield sink.take()
        if left_out:
            archive.writestr(zipfile.ZipInfo(NOT_INCLUDED, SOME_DAY), "\n".join(left_out) + "\n")
    yield sink.take()


def taken_out(raw: bytes, attachment: Attachment) -> bytes | None:
    """One file's content; None when it takes too much or nobody is free."""
    try:
        return READERS.take_out_from(raw, attachment.part)
    except ReadersBusy:
        return None


def named_apart(attachments: Iterable[Attachment]) -> Iterable[tuple[str, Attachment]]:
    """The files under names of which no two are the same, whatever system unpacks them."""
    taken: set[str] = set()
    last: dict[str, int] = {}  # The number used last: a thousand of one name are no million steps.
    for attachment in attachments:
        stem, dot, extension = attachment.name.rpartition(".")
        stem, end = (stem, dot + extension) if stem else (attachment.name, "")
        name, number = attachment.name, last.get(attachment.name, 1)
        while name.casefold() in taken:
            number += 1
            name = f"{stem} ({number}){end}"
        taken.add(name.casefold())
        last[attachment.name] = number
        yield name, attachment
