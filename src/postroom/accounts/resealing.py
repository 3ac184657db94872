"""Every sealed secret sealed anew with the newest key, in bites, whatever table it lies in.

A bite is one transaction over locked rows, so whoever keeps a secret meanwhile waits or is waited
for. Killed anywhere, every secret opens: by the new key or by the one of before, which stays in the
key file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from postroom.accounts.sealing import SealedField, seals

BITE = 200
FACTOR_SECRETS = ("secret", "seed")
"""What django-allauth calls the secret of an app's codes and of recovery codes."""


@dataclass(slots=True)
class Resealed:
    """One column, and how many of its secrets are sealed with which key."""

    model: type[models.Model]
    column: str
    newest: int = 0
    older: int = 0
    closed: int = 0

    def as_row(self) -> dict[str, Any]:
        """The same for printing."""
        name = f"{self.model._meta.label_lower}.{self.column}"
        counts = {"newest": self.newest, "older": self.older, "closed": self.closed}
        return {"secret": name, **counts}


def sealed_columns() -> Iterator[Resealed]:
    """Every column that holds sealed secrets: found by its kind, so that none is forgotten."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, SealedField):
                yield Resealed(model, field.name)
    yield Resealed(Authenticator, "data")


def reseal_all() -> list[Resealed]:
    """Seal everything with the newest key. What opens with no key is counted and left as it is."""
    columns = list(sealed_columns())
    for column in columns:
        last: int | None = 0
        while last is not None:
            last = reseal_bite(column, last)
    return columns


@transaction.atomic
def reseal_bite(column: Resealed, after: int) -> int | None:
    """Seal the next secrets anew; returns where the next bite begins, None at the end."""
    rows = column.model._default_manager.select_for_update().filter(pk__gt=after)
    found = list(rows.order_by("pk").only("pk", column.column)[:BITE])
    changed = [row for row in found if resealed(row, column)]
    column.model._default_manager.bulk_update(changed, [column.column])
    return found[-1].pk if found else None


def resealed(row: models.Model, column: Resealed) -> bool:
    """Seal one secret anew, if it is not sealed so already. Returns whether it changed."""
    kind, sealed = kind_of(row, column.column)
    if kind == "older":
        put_sealed(row, column.column, seals().rotate(sealed))
        column.newest += 1
        return True
    if kind:
        setattr(column, kind, getattr(column, kind) + 1)
    return False


def counted() -> list[Resealed]:
    """How many secrets are sealed with which key now; nothing is changed."""
    columns = list(sealed_columns())
    for column in columns:
        rows = column.model._default_manager.only("pk", column.column).order_by("pk")
        for row in rows.iterator(BITE):
            if kind := kind_of(row, column.column)[0]:
                setattr(column, kind, getattr(column, kind) + 1)
    return columns


def kind_of(row: models.Model, column: str) -> tuple[str, bytes]:
    """By which key a secret opens (newest, older, closed; "" without one), and its ciphertext."""
    sealed = sealed_in(row, column)
    if not sealed:
        return "", sealed
    if opens(Fernet(next(iter(settings.SEALING_KEYS))), sealed):
        return "newest", sealed
    return ("older" if opens(seals(), sealed) else "closed"), sealed


def sealed_in(row: models.Model, column: str) -> bytes:
    """The ciphertext; that of a second factor stands inside a JSON column (ADR 27)."""
    value = getattr(row, column)
    if isinstance(value, dict):
        return "".join(str(value.get(name, "")) for name in FACTOR_SECRETS).encode()
    return bytes(value)


def put_sealed(row: models.Model, column: str, sealed: bytes) -> None:
    """Put a ciphertext in place of the one before."""
    value = getattr(row, column)
    if isinstance(value, dict):
        name = next(name for name in FACTOR_SECRETS if name in value)
        value[name] = sealed.decode()
    else:
        setattr(row, column, sealed)


def opens(seal: Any, sealed: bytes) -> bool:
    """Whether a key, or any of several, opens it."""
    try:
        seal.decrypt(sealed)
    except InvalidToken:
        return False
    return True
