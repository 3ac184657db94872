"""Secrets at rest: sealed with MultiFernet, each bound to the account and direction it is for.

The key file lies outside the database. A ciphertext moved to another row does not open.
"""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from postroom.accounts.models import Credential, Direction, EmailAccount


class SecretDoesNotOpen(Exception):
    """The key file is not the one this secret was sealed with, or the secret was moved."""

    def __init__(self, account: EmailAccount) -> None:
        super().__init__(
            f"The stored password of {account.address} cannot be read, because the key file is not"
            " the one it was sealed with. Restore the key file, or enter the password again."
        )


def keep_secret(account: EmailAccount, direction: Direction, secret: str) -> None:
    """Seal a password for this account, in place of the one before."""
    binding = _binding(account, direction)
    sealed = _seal().encrypt(json.dumps([binding, secret]).encode())
    Credential.objects.update_or_create(
        account=account, direction=direction, defaults={"sealed": sealed}
    )


def get_secret(account: EmailAccount, direction: Direction) -> str:
    """Open the account's password; raises SecretDoesNotOpen, Credential.DoesNotExist."""
    credential = Credential.objects.get(account=account, direction=direction)
    try:
        binding, secret = json.loads(_seal().decrypt(bytes(credential.sealed)))
    except InvalidToken as error:
        raise SecretDoesNotOpen(account) from error
    if binding != _binding(account, direction):
        raise SecretDoesNotOpen(account)
    return str(secret)


def _binding(account: EmailAccount, direction: Direction) -> str:
    return f"{account.pk}:{direction.value}"


def _seal() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SEALING_KEYS])
