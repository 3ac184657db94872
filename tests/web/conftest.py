"""Alice with her mailbox, and a browser for each of the cast.

pytest reads this file before Django is set up, so models are imported where they are used.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from web.browser import SIGN_IN, browser, site, visit

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.archive.models import Email
    from postroom.crm.models import Person
    from postroom.team.models import User

__all__ = ["browser", "site", "visit"]

LENA = "lena@customer.example"


@pytest.fixture(autouse=True)
def outside_the_browsers_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Playwright leaves its loop marked as running in this thread; who opens no page forgets it."""
    if "browser" in request.fixturenames:
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


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
    """An email from Lena to Alice."""
    from cast import message, received

    raw = message("Quarterly order", from_=f"Lena Lead <{LENA}>", to=account.address)
    return received(account, raw)


@pytest.fixture
def as_user() -> "Callable[[User], Client]":
    """A signed-in client for a user."""

    def sign_in(user: "User") -> Client:
        client = Client()
        client.force_login(user, backend=SIGN_IN)
        return client

    return sign_in
