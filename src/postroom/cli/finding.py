"""Find users, accounts and people by what someone typed, or say who is not there."""

from typing import TYPE_CHECKING

from postroom.cli.bootstrap import Failed

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.crm.models import Person
    from postroom.team.models import User


def get_user(email: str) -> "User":
    """The user with this address."""
    from postroom.mime import canonical_address
    from postroom.team.models import User

    user = User.objects.filter(email=canonical_address(email)).first()
    if user is None:
        raise Failed(f"There is no user {email}. “postroom user list” shows all of them.")
    return user


def get_account(address: str) -> "EmailAccount":
    """The connected account with this address."""
    from postroom.accounts.models import EmailAccount
    from postroom.mime import canonical_address

    accounts = EmailAccount.objects.select_related("owner", "deletion")
    account = accounts.filter(address=canonical_address(address)).first()
    if account is None:
        raise Failed(
            f"No account {address} is connected. “postroom account list” shows all of them."
        )
    return account


def get_person(address: str) -> "Person":
    """The lead or contact with this address."""
    from postroom.crm.people import find_person

    person = find_person(address)
    if person is None:
        raise Failed(f"No lead or contact has the address {address}.")
    return person
