"""The file of a backup: a tar of named parts, written and read from front to back.

Any tar and zstd open it, without Postroom; `sealed_file` lies around it where a passphrase was
given. Each part is in memory once, so parts are small: what is large comes in many of them.
"""

import tarfile
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Final, Self, cast

import zstandard

from postroom.archive.raw import unpacked
from postroom.backup.refusals import BackupRefused
from postroom.backup.sealed_file import MAGIC, TRUNCATED, SealedReader, SealedWriter

# More than the largest message that is kept, as PostgreSQL writes its bytes out.
LARGEST_PART: Final = 512 * 1024 * 1024
DAMAGED: Final = (
    "This file is no backup of Postroom, or it is damaged: {reason}. Use another copy of it."
    " Nothing was changed here."
)
Part = tuple[str, bytes]


class Packing:
    """Puts parts into a file, whose end it writes unless it is left by an error."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        self._seal = SealedWriter(file, passphrase) if passphrase else None
        self._file, self._is_over = file, False
        us = cast(IO[bytes], self)
        self._tar = tarfile.open(fileobj=us, mode="w|")  # noqa: SIM115 - closed in `__exit__`

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self._tar.close()
            if self._seal:
                self._seal.finish()
        self._is_over = True

    def write(self, content: bytes) -> int:
        """What the tar comes to; an abandoned one ends itself later, and to no file."""
        if not self._is_over:
            (self._seal or self._file).write(content)
        return len(content)

    def put(self, name: str, content: bytes) -> None:
        """Add a part, compressed."""
        packed = zstandard.compress(content)
        entry = tarfile.TarInfo(f"{name}.zst")
        entry.size, entry.mode = len(packed), 0o600
        self._tar.addfile(entry, BytesIO(packed))


def is_sealed(file: IO[bytes]) -> bool:
    """Whether it takes a passphrase; the file stays at its beginning."""
    return file.peek(len(MAGIC))[: len(MAGIC)] == MAGIC  # type: ignore[attr-defined, no-any-return]


def parts_of(file: IO[bytes], passphrase: str) -> Iterator[Part]:
    """The parts in their order. Raises BackupRefused for whatever is not whole."""
    source = cast(IO[bytes], SealedReader(file, passphrase)) if is_sealed(file) else file
    try:
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for entry in tar:
                yield entry.name.removesuffix(".zst"), content_of(tar, entry)
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        cut = "unexpected end" in str(error)
        raise BackupRefused(TRUNCATED if cut else DAMAGED.format(reason=error)) from error
    # The reader of a tar stops at its first empty block; a tar is filled up to whole records.
    if source.read(2 * tarfile.RECORDSIZE).strip(b"\0"):
        raise BackupRefused(DAMAGED.format(reason="something follows its end"))


def content_of(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    """One part, no larger than a part may be."""
    file = tar.extractfile(entry) if entry.size <= LARGEST_PART else None
    if file is None:
        raise BackupRefused(DAMAGED.format(reason=f"it holds {entry.name[:80]!r}"))
    packed = file.read()
    return unpacked(packed, LARGEST_PART)
