"""By what a key is known without being told: whether a key file is the one of a backup."""

import base64
from collections.abc import Iterable
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE: Final = b"postroom: mark of a key in a backup"


def marks_of(keys: Iterable[bytes]) -> list[str]:
    """One for each key. RFC 5869: from a key's mark nobody learns the key."""
    return [mark_of(key) for key in keys]


def mark_of(key: bytes) -> str:
    """Twelve bytes are enough to tell them apart."""
    raw = base64.urlsafe_b64decode(key)
    return HKDF(SHA256(), length=12, salt=None, info=PURPOSE).derive(raw).hex()
