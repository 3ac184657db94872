"""Raw messages beside the database, in the Django storage of POSTROOM_RAW_STORAGE.

A name is the digest, so a file is written once and never changed. What is uncommitted may be
overwritten: a crash amid writing leaves half a file and no row.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

NAME = "raw"
AT_ONCE = 8  # A storage across a network answers slowly and many at a time.


def is_configured() -> bool:
    """Whether new messages are to lie there."""
    return NAME in settings.STORAGES


def write(files: Mapping[bytes, bytes]) -> None:
    """Write these bytes, several at a time; raises what the storage raises."""
    if len(files) < 2:
        for digest, compressed in files.items():
            write_one(digest, compressed)
        return
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(write_one, files.keys(), files.values()))


def write_one(digest: bytes, compressed: bytes) -> None:
    """Write one, in place of what a crash may have left under its name."""
    name = name_of(digest)
    written = storage().save(name, ContentFile(compressed))
    if written != name:
        storage().delete(written)
        storage().delete(name)
        storage().save(name, ContentFile(compressed))


def read(digest: bytes) -> bytes:
    """The bytes of one. Raises OSError, also where none is configured any more."""
    if not is_configured():
        raise FileNotFoundError(name_of(digest))
    with storage().open(name_of(digest)) as file:
        return bytes(file.read())


def has(digest: bytes) -> bool:
    """Whether there is one."""
    return is_configured() and storage().exists(name_of(digest))


def delete(digest: bytes) -> None:
    """Take it away, if it is there."""
    if is_configured():
        storage().delete(name_of(digest))


def storage() -> Storage:
    """The configured storage."""
    return storages[NAME]


def name_of(digest: bytes) -> str:
    """Two levels of folders: no listing of one grows beyond reason."""
    written = digest.hex()
    return f"{written[:2]}/{written[2:4]}/{written}.zst"
