"""Alice's mailbox, connected on day 0, and Ada, who is an administrator.

pytest reads this file before Django is set up, so models are imported where they are used.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.team.models import User


@pytest.fixture
def ada(db: None) -> "User":
    """An administrator."""
    from cast import user

    made = user("Ada")
    made.is_administrator = True
    made.save()
    return made


@pytest.fixture
def account(alice: "User", ada: "User") -> "EmailAccount":
    """Alice's mailbox, connected on day 0."""
    from cast import NOON, account_of
    from cleanup.full_mailboxes import CANARY
    from postroom.accounts.models import Direction, EmailAccount, Sharing
    from postroom.accounts.seals import keep_secret

    made = account_of(alice, Sharing.CUSTOM)
    EmailAccount.objects.filter(pk=made.pk).update(connected_at=NOON)
    keep_secret(made, Direction.INCOMING, f"{CANARY} secret")
    return EmailAccount.objects.get(pk=made.pk)
