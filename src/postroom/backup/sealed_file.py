"""A file that opens with a passphrase alone, written and read as a stream.

The STREAM construction: chunks of a known size under ChaCha20-Poly1305, whose nonce is the chunk's
number and whether it is the last. So a chunk that was changed, moved, left out or added opens
nothing, and a file without its last chunk is not taken for a shorter one. The key is the
passphrase's alone, by scrypt, with a salt of this file.
Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, §5. RFC 7914, RFC 8439.
"""

import os
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from postroom.backup.refusals import BackupRefused

MAGIC: Final = b"postroom sealed backup 1\n"
SALT: Final = 16
CHUNK: Final = 64 * 1024
TAG: Final = 16
# 128 MiB and half a second for each guess. RFC 7914 §2.
WORK: Final = {"n": 2**17, "r": 8, "p": 1}

WRONG: Final = (
    "The passphrase is not the one of this file, or the file was changed. Nothing was changed here."
)
TRUNCATED: Final = (
    "The file ends too early: it was cut off while it was written or copied. Copy it anew, or use"
    " another backup. Nothing was changed here."
)


class SealedWriter:
    """Seals what is written to it; `finish` writes the last chunk, and leaves the file open."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        salt = os.urandom(SALT)
        self._head = MAGIC + salt
        self._cipher = ChaCha20Poly1305(key_of(passphrase, salt))
        self._file, self._number, self._waiting = file, 0, bytearray()
        file.write(self._head)

    def write(self, content: bytes) -> int:
        """Seal whole chunks; the rest waits, for it may be the end."""
        self._waiting += content
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def finish(self) -> None:
        """Seal the last chunk as the last."""
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        nonce = nonce_of(self._number, is_last=is_last)
        self._file.write(self._cipher.encrypt(nonce, chunk, self._head))
        self._number += 1


class SealedReader:
    """Gives what was sealed, chunk by chunk, and nothing that does not open."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        """The file is at its beginning. Raises BackupRefused."""
        self._head = file.read(len(MAGIC) + SALT)
        if len(self._head) < len(MAGIC) + SALT:
            raise BackupRefused(TRUNCATED)
        self._cipher = ChaCha20Poly1305(key_of(passphrase, self._head[len(MAGIC) :]))
        self._file, self._number, self._opened, self._is_over = file, 0, b"", False
        self._next = file.read(CHUNK + TAG)

    def read(self, size: int) -> bytes:
        """As many bytes as asked for; fewer at the end alone. Raises BackupRefused."""
        while len(self._opened) < size and not self._is_over:
            self._opened += self._open()
        taken, self._opened = self._opened[:size], self._opened[size:]
        return taken

    def _open(self) -> bytes:
        sealed, self._next = self._next, self._file.read(CHUNK + TAG)
        self._is_over = not self._next
        number, self._number = self._number, self._number + 1
        for is_last in (self._is_over, False):
            try:
                opened = self._cipher.decrypt(nonce_of(number, is_last=is_last), sealed, self._head)
            except InvalidTag:
                continue
            if self._is_over and not is_last:
                raise BackupRefused(TRUNCATED)
            return opened
        raise BackupRefused(TRUNCATED if self._is_over and number else WRONG)


def key_of(passphrase: str, salt: bytes) -> bytes:
    """The key of one file."""
    return Scrypt(salt=salt, length=32, **WORK).derive(passphrase.encode())


def nonce_of(number: int, *, is_last: bool) -> bytes:
    """Never twice under one key: each file has its own."""
    return number.to_bytes(11, "big") + bytes((is_last,))
