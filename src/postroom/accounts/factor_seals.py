"""Secrets of second factors, sealed: django-allauth keeps them as text inside a JSON column."""

from typing import Final

from postroom.accounts.sealing import seal, unseal

BINDING: Final = "second factor"


def seal_factor(secret: str) -> str:
    """Seal a secret, as text."""
    return seal(BINDING, secret).decode()


def unseal_factor(sealed: str) -> str:
    """Open it. Raises SealBroken."""
    return unseal(BINDING, sealed.encode())
