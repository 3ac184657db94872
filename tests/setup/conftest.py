"""What the tests of `setup` share."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from django.conf import LazySettings

from postroom.net.tls import client_context
from servers.internet import Internet, internet


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
