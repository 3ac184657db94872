"""Folders of servers that end with the run that made them, and what killed runs left.

A folder's name tells whose it is. What belongs to nobody any more is cleared by the next run, so
that a machine on which many runs were killed is not full of servers.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil


def own_folder(kind: str, place: str | None = None) -> Path:
    """A new folder of this process, for one server of this kind."""
    return Path(tempfile.mkdtemp(prefix=f"postroom-{kind}-{os.getpid()}-", dir=place))


def clear_remains(kind: str, end: Callable[[Path], None], place: str | None = None) -> None:
    """End the servers of processes that are gone, and remove their folders."""
    for folder in Path(place or tempfile.gettempdir()).glob(f"postroom-{kind}-*-*"):
        # Another run may clear the same remains at the same time.
        with suppress(FileNotFoundError, ValueError):
            owner = int(folder.name.split("-")[2])
            if folder.stat().st_uid == os.geteuid() and not psutil.pid_exists(owner):
                end(folder)
                shutil.rmtree(folder, ignore_errors=True)


def kill_group_of(pid_file: Path, folder: Path) -> None:
    """Kill the server that wrote down its number, if it is still the one of this folder."""
    with suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess, ProcessLookupError):
        pid = int(pid_file.read_text())
        if any(str(folder) in word for word in psutil.Process(pid).cmdline()):
            os.killpg(pid, signal.SIGKILL)
