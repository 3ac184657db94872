"""Messages that lie beside the database, on their way into a backup and out of one."""

import hashlib
from collections.abc import Iterator
from typing import Final

import zstandard
from psycopg import sql

from postroom.archive import beside
from postroom.archive.raw import unpacked
from postroom.backup.database import Connection, only
from postroom.backup.refusals import BackupRefused

COUNT: Final = sql.SQL("SELECT count(*) FROM archive_rawmessage WHERE compressed IS NULL")
DIGESTS: Final = "SELECT digest FROM archive_rawmessage WHERE compressed IS NULL ORDER BY digest"
LARGEST: Final = 256 * 1024 * 1024


def count_beside(connection: Connection) -> int:
    """How many there are."""
    return int(only(connection, COUNT))


def digests_beside(connection: Connection) -> Iterator[bytes]:
    """The digest of each."""
    with connection.cursor("beside") as cursor:
        cursor.execute(DIGESTS)
        for (digest,) in cursor:
            yield bytes(digest)


def find_beside(digest: bytes) -> bytes | None:
    """Its compressed bytes; None where they are lost, damaged, or deleted since the snapshot."""
    try:
        compressed = beside.read(digest)
    except OSError:
        return None
    return compressed if is_of(digest, compressed) else None


def is_of(digest: bytes, compressed: bytes) -> bool:
    """Whether these are the message's bytes."""
    try:
        raw = unpacked(compressed, LARGEST)
    except zstandard.ZstdError:
        return False
    return hashlib.sha256(raw).digest() == digest


def put_beside(name: str, compressed: bytes) -> None:
    """Put one where the settings say. Raises BackupRefused."""
    beside.write({digest_in(name, compressed): compressed})


def digest_in(name: str, compressed: bytes) -> bytes:
    """The digest that a part is named by, if the bytes are of it. Raises BackupRefused."""
    digest = bytes.fromhex(name)
    if not is_of(digest, compressed):
        raise BackupRefused(f"The message {name} in this file is damaged. Use another copy of it.")
    return digest


def refuse_without_storage(count: int) -> None:
    """Raises BackupRefused where messages are to lie beside a database and no place is named."""
    if count and not beside.is_configured():
        raise BackupRefused(
            f"This backup has {count} messages that lay beside the database. Say where they are to"
            " lie here, in POSTROOM_RAW_STORAGE, and run this again."
        )
