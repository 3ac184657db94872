"""The key file: the only secret that is not in the database, and the one that seals the others.

A file of Fernet keys, one a line, newest first: the first seals, all open (rotation is a line put
on top). It lies outside the database so that a stolen dump is worth nothing, and it is never
written over: a lost key is a refusal to be explained, not a new key.
"""

import base64
import binascii
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
KEY_BYTES: Final = 32
LARGEST_FILE: Final = 64 * 1024
DJANGO_PURPOSE: Final = b"postroom: Django SECRET_KEY"


class KeyFileRefused(Exception):
    """The key file cannot be used; the sentence says why and what to do."""


class KeyFile:
    """The keys of a file as it is now, newest first.

    Read anew when the file has changed, so that web and engine seal with a new key, and open what
    it sealed, from the moment it is there. What was read last holds while the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        """Read it for the first time. Raises KeyFileRefused."""
        self._path = path
        self._state = self._looked_at()
        self._keys = read_keys(path)

    def __iter__(self) -> Iterator[bytes]:
        with suppress(OSError, KeyFileRefused):
            if self._state != (state := self._looked_at()):
                self._keys, self._state = read_keys(self._path), state
        return iter(self._keys)

    def _looked_at(self) -> tuple[int, int, int]:
        with suppress(FileNotFoundError):
            status = self._path.stat()
            return status.st_ino, status.st_mtime_ns, status.st_size
        return 0, 0, 0


def ensure_key_file(path: Path) -> None:
    """Create the file with one fresh key when it is absent; one that exists is left untouched.

    Written beside its place (O_EXCL, 0600) and linked into it, so that no reader ever finds half a
    key and of two processes that start at once exactly one wins.
    """
    if path.exists():
        return
    try:
        _write_new(path, Fernet.generate_key() + b"\n")
    except FileExistsError:
        return
    except OSError as reason:
        raise KeyFileRefused(
            f"The key file {path} cannot be created ({reason.strerror}). Create its folder, or "
            "name another file in POSTROOM_SECRET_KEY_FILE."
        ) from None


def read_keys(path: Path) -> tuple[bytes, ...]:
    """Return the keys, newest first, or raise `KeyFileRefused`."""
    text = _read_private(path)
    lines = [line.strip() for line in text.splitlines()]
    keys = tuple(line for line in lines if line and not line.startswith(b"#"))
    if not keys:
        raise KeyFileRefused(f"The key file {path} holds no key. Restore it from your copy.")
    for number, key in enumerate(keys, start=1):
        if not _is_fernet_key(key):
            raise KeyFileRefused(
                f"Key {number} of the key file {path} is damaged. Restore it from your copy."
            )
    return keys


def add_key(path: Path) -> None:
    """Put a fresh key on top of the file's keys. Raises KeyFileRefused.

    Written beside it and renamed over it: a reader finds the file of before or the whole new one,
    and the keys of before are in both.
    """
    read_keys(path)
    replace_keys(path, Fernet.generate_key() + b"\n" + _read_private(path))


def drop_older_keys(path: Path) -> int:
    """Leave only the newest key, whose work nothing else does any more. Returns how many went."""
    newest, *older = read_keys(path)
    if older:
        replace_keys(path, newest + b"\n")
    return len(older)


def replace_keys(path: Path, content: bytes) -> None:
    """Exchange the whole file at once, with the owner it had."""
    owner = path.stat()
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        draft = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            if os.geteuid() == 0:
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as reason:
        raise KeyFileRefused(
            f"The key file {path} cannot be changed ({reason.strerror}). Put a new key on its first"
            " line yourself, then run: postroom keys reseal"
        ) from None


def django_secret_key(keys: tuple[bytes, ...]) -> str:
    """Derive Django's `SECRET_KEY` from the newest key, so that there is one secret to keep.

    HKDF (RFC 5869) with a purpose of its own: who learns the one does not learn the other.
    """
    newest = base64.urlsafe_b64decode(keys[0])
    derived = HKDF(SHA256(), length=48, salt=None, info=DJANGO_PURPOSE).derive(newest)
    return base64.urlsafe_b64encode(derived).decode()


def _write_new(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
        path.hardlink_to(draft)
    finally:
        os.close(descriptor)
        draft.unlink()


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # The open file is judged, not the name: a name can be exchanged in between.
            _refuse_unless_private(path, os.fstat(file.fileno()))
            return file.read(LARGEST_FILE)
    except FileNotFoundError:
        raise KeyFileRefused(
            f"The key file {path} is missing. Restore it from your copy; stored mail passwords "
            "cannot be read without it."
        ) from None
    except OSError as reason:
        raise KeyFileRefused(f"The key file {path} cannot be read: {reason.strerror}.") from None


def _refuse_unless_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileRefused(f"The key file {path} is not a file.")
    if status.st_uid not in (0, os.geteuid()):
        raise KeyFileRefused(
            f"The key file {path} belongs to another user. Run: chown $USER {path}"
        )
    if status.st_mode & OTHERS:
        raise KeyFileRefused(
            f"The key file {path} can be read by others (mode "
            f"{stat.S_IMODE(status.st_mode):04o}). Run: chmod 600 {path}"
        )


def _is_fernet_key(key: bytes) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == KEY_BYTES
    except binascii.Error:
        return False
