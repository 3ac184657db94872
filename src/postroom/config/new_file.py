"""A file that has its name only when all of it is on the disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def new_file(place: Path) -> Iterator[IO[bytes]]:
    """A file of ours alone (0600); left by an error or a kill, there is none by this name.

    Raises FileExistsError, and OSError where it cannot be written.
    """
    draft = place.with_name(f"{place.name}.part")
    if place.exists():
        raise FileExistsError(None, "it exists, and is not written over", str(place))
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)
