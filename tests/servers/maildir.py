"""Mail dropped straight into a Maildir: thousands of messages a second, no delivery agent."""

import itertools
import os
from collections.abc import Iterable
from pathlib import Path

_SERIALS = itertools.count(1)


def folder_path(maildir: Path, folder: str) -> Path:
    """Where Maildir++ keeps `folder`; its name is given as on the wire, levels joined by `/`."""
    if folder.upper() == "INBOX":
        return maildir
    return maildir / ("." + folder.replace("/", "."))


def add_messages(
    maildir: Path,
    folder: str,
    messages: Iterable[bytes],
    *,
    flags: str = "",
    received: float | None = None,
) -> list[Path]:
    """Write `messages` into `folder` with Maildir `flags` (S seen, F flagged, R answered).

    `received` is the internal date of the first message in epoch seconds; each next one is a
    second younger. Owner and group are those of the Maildir, so this works as root too.
    """
    path = folder_path(maildir, folder)
    owner = maildir.stat()
    for part in ("", "cur", "new", "tmp"):
        _make_directory(path / part, owner)
    written = []
    for position, message in enumerate(messages):
        name = f"{1_000_000_000 + next(_SERIALS)}.P{os.getpid()}.test,S={len(message)}:2,{flags}"
        target = path / "cur" / name
        # A server that looks while the file is half written would cache its wrong size for ever.
        draft = path / "tmp" / name
        draft.write_bytes(message)
        os.chown(draft, owner.st_uid, owner.st_gid)
        if received is not None:
            os.utime(draft, (received + position, received + position))
        draft.rename(target)
        written.append(target)
    return written


def _make_directory(path: Path, owner: os.stat_result) -> None:
    if path.is_dir():
        return
    path.mkdir(parents=True)
    os.chown(path, owner.st_uid, owner.st_gid)
