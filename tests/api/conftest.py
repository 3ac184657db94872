"""Alice with her mailbox, Bob with whom she shares, Charlie who must see nothing.

pytest reads this file before Django is set up, so models are imported where they are used.
"""

from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.archive.models import Email
    from postroom.crm.models import Person
    from postroom.team.models import User

LENA = "lena@customer.example"


@pytest.fixture(autouse=True)
def quick_passwords(settings: LazySettings) -> None:
    """The real hash costs a third of a second a user, and no key needs one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None) -> "User":
    """Alice owns the account."""
    from cast import user

    return user("Alice")


@pytest.fixture
def bob(db: None) -> "User":
    """Bob is shared with."""
    from cast import user

    return user("Bob")


@pytest.fixture
def charlie(db: None) -> "User":
    """Charlie must see nothing."""
    from cast import user

    return user("Charlie")


@pytest.fixture
def lena(db: None) -> "Person":
    """A lead."""
    from cast import person

    return person("Lena Lead", LENA)


@pytest.fixture
def account(alice: "User") -> "EmailAccount":
    """Alice's private mailbox."""
    from cast import account_of

    return account_of(alice)


@pytest.fixture
def letter(account: "EmailAccount", lena: "Person") -> "Email":
    """An email from Lena to Alice, with HTML and a file."""
    from api.letters import whole_letter
    from cast import received

    return received(account, whole_letter(LENA, account.address))
