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
