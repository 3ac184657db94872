"""Alice and her mailbox, and a submission server that takes what it is given.

pytest reads this file before Django is set up, so models are imported where they are used.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import quote

import pytest

from servers.beside import beside
from servers.moody import Moody, moody
from servers.submission import Submission
from servers.submission_thread import submission_beside

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount

SECRET = "correct horse battery"
RELAY_USER = "crm@example.com"


@pytest.fixture
def account(db: None) -> "EmailAccount":
    """Alice's mailbox, whose existing mail is not in yet."""
    from cast import account_of, user

    return account_of(user("Alice"))


@pytest.fixture
def peer() -> Iterator[Submission]:
    """A real submission server."""
    with submission_beside({RELAY_USER: SECRET, "alice@example.com": SECRET}) as server:
        yield server


@pytest.fixture
def relay(peer: Submission) -> Iterator[Submission]:
    """The same, set as the organisation's relay."""
    with relay_at(url_of(peer)):
        yield peer


@pytest.fixture
def own_server(peer: Submission, account: "EmailAccount") -> Submission:
    """The same, as the outgoing server of Alice's mailbox; there is no relay."""
    from postroom.accounts.models import Direction
    from postroom.accounts.seals import keep_secret

    account.smtp_host, account.smtp_port, account.smtp_security = peer.host, peer.port, "none"
    account.save()
    keep_secret(account, Direction.OUTGOING, SECRET)
    return peer


@pytest.fixture
def moods() -> list[str]:
    """The moods of the coming connections; fine when there is none left."""
    return []


@pytest.fixture
def server(moods: list[str], account: "EmailAccount") -> Iterator[Moody]:
    """A moody server, as the outgoing server of Alice's mailbox."""
    from postroom.accounts.models import Direction
    from postroom.accounts.seals import keep_secret

    with beside(moody(lambda: moods.pop(0) if moods else "fine")) as running:
        account.smtp_host, account.smtp_port = running.host, running.port
        account.smtp_security = "none"
        account.save()
        keep_secret(account, Direction.OUTGOING, SECRET)
        yield running


def url_of(peer: Submission) -> str:
    """The server as POSTROOM_SMTP_URL names it."""
    return f"smtp+plain://{quote(RELAY_USER)}:{quote(SECRET)}@{peer.host}:{peer.port}"


def relay_at(url: str) -> "mock._patch_dict":
    """Set POSTROOM_SMTP_URL for a while."""
    from django.conf import settings

    from postroom.config.parsers import parse_relay

    return mock.patch.dict(settings.ENVIRONMENT.values, {"POSTROOM_SMTP_URL": parse_relay(url)})
