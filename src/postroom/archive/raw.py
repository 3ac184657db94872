"""The bytes of messages: written before anything is read from them, kept once, found by digest.

They lie in their rows, or beside the database in a Django storage if one is configured (ADR 21).
A row says which: without bytes of its own, the storage has them. Both may hold true at a time, so
a storage can be configured, or given up, at any moment.
"""

import hashlib
from collections.abc import Sequence
from struct import Struct
from threading import local

import zstandard
from django.db import IntegrityError, connection, transaction

from postroom.archive import beside
from postroom.archive.binary_copy import NULL, octets, whole
from postroom.archive.models import RawMessage

COMPRESSION_LEVEL = 3

COPY_RAW = "COPY archive_rawmessage (digest, size, compressed) FROM STDIN (FORMAT BINARY)"

KNOWN_RAW = """
SELECT digest, compressed IS NULL FROM archive_rawmessage WHERE digest = ANY(%s::bytea[])
 ORDER BY digest FOR KEY SHARE
"""

Row = tuple[bytes, int, bytes | None]
ROW_START, SIZE = Struct("!h").pack, Struct("!ii").pack


class RawLost(Exception):
    """A storage does not have the bytes that it was given, or has others."""


@transaction.atomic
def keep_raw(messages: Sequence[bytes]) -> list[bytes]:
    """Store messages under their SHA-256 and return these digests; known ones are kept once.

    The row goes before the bytes beside it and both before the commit: whoever deletes the same
    message is waited for at the row, and a transaction that fails leaves a file that nobody misses.
    """
    digests = [hashlib.sha256(raw).digest() for raw in messages]
    fresh = dict(zip(digests, messages, strict=True))
    known = known_raw(list(fresh))
    lost = {d: fresh[d] for d, is_beside in known.items() if is_beside and not beside.has(d)}
    fresh = {digest: raw for digest, raw in fresh.items() if digest not in known}
    if fresh:
        insert_raw([row_of(digest, raw) for digest, raw in fresh.items()])
    if beside.is_configured():
        beside.write({digest: compress(raw) for digest, raw in (fresh | lost).items()})
    return digests


def row_of(digest: bytes, raw: bytes) -> Row:
    """The row of a message, with its bytes if they are not to lie beside it."""
    return digest, len(raw), None if beside.is_configured() else compress(raw)


def known_raw(digests: Sequence[bytes]) -> dict[bytes, bool]:
    """Those that are here, and whether beside; held so that no deletion takes them meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_RAW, [sorted(digests)])
        return {bytes(digest): is_beside for digest, is_beside in cursor.fetchall()}


def compress(raw: bytes) -> bytes:
    """Level 3: as fast as the disk, half the size."""
    return _HERE.compressor.compress(raw)


class _Here(local):
    """One compressor a thread: making it is a quarter of its work, and none serves two at once."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)


_HERE = _Here()


def insert_raw(rows: Sequence[Row]) -> None:
    """Insert by binary COPY: as text every byte would be sent as two.

    When another account stores one of the messages this moment, the slow way knows what to do.
    """
    try:
        refused = connection.wrap_database_errors
        with (
            transaction.atomic(),
            refused,
            connection.cursor() as cursor,
            cursor.copy(COPY_RAW) as copy,
        ):
            copy.write(whole(map(copied, rows)))
    except IntegrityError:
        RawMessage.objects.bulk_create(
            (RawMessage(digest=d, size=size, compressed=z) for d, size, z in rows),
            ignore_conflicts=True,
        )


def copied(row: Row) -> bytes:
    """A row of COPY_RAW."""
    digest, size, compressed = row
    packed = NULL if compressed is None else octets(compressed)
    return b"".join((ROW_START(3), octets(digest), SIZE(4, size), packed))


def unpacked(packed: bytes, most: int) -> bytes:
    """What zstandard packed. Raises ZstdError for more than `most` octets.

    A frame may say its own size, and then the library believes that and not its caller.
    """
    told = zstandard.frame_content_size(packed)
    if told > most:
        raise zstandard.ZstdError(f"it unpacks to {told} octets")
    return zstandard.decompress(packed, max_output_size=most)


def bytes_of(message: RawMessage) -> bytes:
    """The message as it came. Raises RawLost."""
    if message.compressed is not None:
        return unpacked(bytes(message.compressed), message.size)
    digest = bytes(message.digest)
    try:
        raw = unpacked(beside.read(digest), message.size)
    except (OSError, zstandard.ZstdError) as error:
        raise RawLost(digest.hex()) from error
    if hashlib.sha256(raw).digest() != digest:
        raise RawLost(digest.hex())
    return raw
