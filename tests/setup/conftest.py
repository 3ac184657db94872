"""What the tests of `setup` share."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from django.conf import LazySettings

from journeys.installation import ALICE, SECRET
from postroom.net.tls import client_context
from servers.dovecot import Dovecot, dovecot
from servers.internet import Internet, internet
from servers.submission import Submission
from servers.submission_thread import submission_beside

if TYPE_CHECKING:
    from postroom.setup import AccountRequest
    from postroom.team.models import User


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """A running Dovecot with Alice's mailbox."""
    with dovecot({ALICE: SECRET}) as running:
        yield running


@pytest.fixture
def outgoing() -> Iterator[Submission]:
    """The outgoing server beside it."""
    with submission_beside({ALICE: SECRET}) as running:
        yield running


@pytest.fixture
def request_(alice: "User", server: Dovecot, outgoing: Submission) -> "AccountRequest":
    """Alice's mailbox with both its servers."""
    from postroom.accounts.models import Security
    from postroom.setup import AccountRequest, ServerAddress

    return AccountRequest(
        owner=alice,
        address=ALICE,
        imap=ServerAddress(server.host, server.port, Security.NONE),
        smtp=ServerAddress(outgoing.host, outgoing.port, Security.NONE),
        password=SECRET,
    )


@pytest_asyncio.fixture
async def net(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> AsyncIterator[Internet]:
    """A small internet, under the rules of production."""
    async with internet(monkeypatch) as net:
        settings.MAIL_NETWORKS = net.allowed
        yield net


@pytest.fixture(autouse=True)
def _forget_whom_we_trust() -> Iterator[None]:
    yield
    client_context.cache_clear()
