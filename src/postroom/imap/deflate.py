"""COMPRESS=DEFLATE (RFC 4978 §3): both directions, a bounded piece at a time.

A few octets may stand for gigabytes, so what comes is inflated only as fast as it is read.
"""

import zlib
from typing import Final

from postroom.imap.errors import MalformedResponse

_PIECE: Final = 64 * 1024
_RAW: Final = -zlib.MAX_WBITS


class Deflate:
    """The two streams of one connection."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(_RAW)
        self._deflater = zlib.compressobj(wbits=_RAW)
        self._waiting = b""

    @property
    def has_more(self) -> bool:
        """Whether octets wait to be inflated."""
        return bool(self._waiting)

    def feed(self, octets: bytes) -> None:
        """Take octets as they came."""
        self._waiting += octets

    def inflate(self) -> bytes:
        """Return the next piece, at most 64 KiB. Raises MalformedResponse."""
        try:
            piece = self._inflater.decompress(self._waiting, _PIECE)
        except zlib.error:
            raise MalformedResponse("not what DEFLATE makes") from None
        self._waiting = self._inflater.unconsumed_tail
        return piece

    def deflate(self, octets: bytes) -> bytes:
        """Return octets for the wire, all of them, so that the server can answer."""
        return self._deflater.compress(octets) + self._deflater.flush(zlib.Z_SYNC_FLUSH)
