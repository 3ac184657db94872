"""Sealing itself: MultiFernet, and the field in which whatever is sealed lies.

Every sealed text carries the name of its place (its binding), so a ciphertext that was moved to
another row or column does not open. The key file lies outside the database.
"""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class SealBroken(Exception):
    """The key file is not the one it was sealed with, or it was sealed for another place."""


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A sealed secret. Key rotation goes over every column of this kind, so that it misses none."""


def seal(binding: str, secret: str) -> bytes:
    """Seal a secret for one place, with the newest key."""
    return seals().encrypt(json.dumps([binding, secret]).encode())


def unseal(binding: str, sealed: bytes) -> str:
    """Open what was sealed for this place. Raises SealBroken."""
    try:
        bound_to, secret = json.loads(seals().decrypt(bytes(sealed)))
    except InvalidToken as error:
        raise SealBroken from error
    if bound_to != binding:
        raise SealBroken
    return str(secret)


def seals() -> MultiFernet:
    """The keys as the key file has them now: the first seals, all open."""
    return MultiFernet([Fernet(key) for key in settings.SEALING_KEYS])
