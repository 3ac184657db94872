"""The passwords of email accounts at rest, each bound to the account and direction it is for."""

from postroom.accounts.models import Credential, Direction, EmailAccount
from postroom.accounts.sealing import SealBroken, seal, unseal


class SecretDoesNotOpen(Exception):
    """The key file is not the one this secret was sealed with, or the secret was moved."""

    def __init__(self, account: EmailAccount) -> None:
        super().__init__(
            f"The stored password of {account.address} cannot be read, because the key file is not"
            " the one it was sealed with. Restore the key file, or enter the password again."
        )


def keep_secret(account: EmailAccount, direction: Direction, secret: str) -> None:
    """Seal a password for this account, in place of the one before."""
    sealed = seal(_binding(account, direction), secret)
    Credential.objects.update_or_create(
        account=account, direction=direction, defaults={"sealed": sealed}
    )


def get_secret(account: EmailAccount, direction: Direction) -> str:
    """Open the account's password; raises SecretDoesNotOpen, Credential.DoesNotExist."""
    credential = Credential.objects.get(account=account, direction=direction)
    try:
        return unseal(_binding(account, direction), credential.sealed)
    except SealBroken as error:
        raise SecretDoesNotOpen(account) from error


def _binding(account: EmailAccount, direction: Direction) -> str:
    return f"{account.pk}:{direction.value}"
