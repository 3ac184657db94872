"""What is in a zip, for whoever looks for words in it."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile


def entries_of(content: bytes) -> dict[str, bytes]:
    """Each entry's content."""
    with ZipFile(BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def text_in(response: Any) -> bytes:
    """All a response says; of a zip, what is in it and how its entries are called."""
    content: bytes = b"".join(response) if response.streaming else response.content
    if not content.startswith(b"PK"):
        return content
    return b"\n".join(name.encode() + b"\n" + text for name, text in entries_of(content).items())
