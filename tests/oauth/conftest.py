"""The provider, the mailbox that takes its tokens, and Alice."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from servers.dovecot import Dovecot
from servers.openid import Provider, openid_provider
from servers.token_mailbox import dovecot_with_tokens

if TYPE_CHECKING:
    from postroom.team.models import User

ALICE, INFO, BOB = "alice@example.com", "info@example.com", "bob@example.com"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A running OpenID provider."""
    with openid_provider(ALICE, BOB) as running:
        yield running


@pytest.fixture
def mailbox(provider: Provider) -> Iterator[Dovecot]:
    """A running Dovecot."""
    with dovecot_with_tokens(provider) as running:
        yield running


@pytest.fixture
def alice(db: None) -> "User":
    """Alice owns the account."""
    from cast import user

    return user("Alice")
