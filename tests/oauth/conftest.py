"""The provider, and the mailbox that takes its tokens."""

from collections.abc import Iterator

import pytest

from servers.dovecot import Dovecot
from servers.openid import Provider, openid_provider
from servers.token_mailbox import dovecot_with_tokens

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
