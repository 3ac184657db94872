"""Addresses of our style sheets and scripts, which say what is in them."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class FileAddresses(StaticFilesStorage):
    """Another version of a file has another address, so a browser may keep each for good."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, str] = {}

    def url(self, name: str | None) -> str:
        """Where the file is."""
        name = name or ""
        if name not in self.known:
            self.known[name] = f"{super().url(name)}?v={digest_of(name)}"
        return self.known[name]


@cache
def digest_of(name: str) -> str:
    """What stands for the file's content."""
    path = finders.find(name)
    return sha256(Path(path).read_bytes()).hexdigest()[:12] if path else ""
