"""A page of a stranger's PDF as an image. Runs in a confined process, as all of `laying_out`.

Browsers show no PDF in a sandboxed frame, and outside one it would be a document of our own site.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Any, Final

WIDTH: Final = 1000
"""Pixels across a page: sharp on a laptop, small enough to send."""

MOST_PIXELS: Final = 3_000_000

PNG: Final = b"\x89PNG\r\n\x1a\n"
EIGHT_BIT_RGB: Final = bytes((8, 2, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """One page as PNG, and how many pages there are."""

    png: bytes
    pages: int


def draw_page(work: tuple[bytes, int]) -> DrawnPage | None:
    """Draw the page of this number, from 0; None when there is none. Scripts in it do not run."""
    import pypdfium2

    content, number = work
    document = pypdfium2.PdfDocument(content)
    if not 0 <= number < len(document):
        return None
    page = document[number]
    width, height = page.get_size()
    scale = WIDTH / max(width, 1.0)
    scale = min(scale, (MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    return DrawnPage(png_of(bitmap), len(document))


def png_of(bitmap: Any) -> bytes:
    """The bitmap's rows as a PNG (RFC 2083): three octets a pixel, no filter."""
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    buffer = memoryview(bitmap.buffer).cast("B")
    rows = b"".join(
        b"\0" + bytes(buffer[row * stride : row * stride + 3 * width]) for row in range(height)
    )
    header = struct.pack(">II", width, height) + EIGHT_BIT_RGB
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return PNG + b"".join(chunk(name, content) for name, content in chunks)


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk with its length and checksum."""
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum
