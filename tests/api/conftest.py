"""Alice with her mailbox, and what she shares with Bob.

pytest reads this file before Django is set up, so models are imported where they are used.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.archive.models import Email
    from postroom.crm.models import Person
    from postroom.team.models import User

LENA = "lena@customer.example"


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
