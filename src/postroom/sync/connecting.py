"""Sign in to an account's mail server with its sealed credentials."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings

from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import get_secret
from postroom.net.credentials import Password
from postroom.net.imap_client import ImapClient
from postroom.net.server import Security, Server
from postroom.sync.database import in_database


@asynccontextmanager
async def signed_in(account: EmailAccount) -> AsyncIterator[ImapClient]:
    """A connection to the account's incoming server, closed at the end whatever happens.

    Raises the failures of `net.errors`, and `SecretDoesNotOpen`.
    """
    secret = await in_database(get_secret, account, Direction.INCOMING)
    server = Server(account.imap_host, account.imap_port, Security(account.imap_security))
    client = await ImapClient.connect(server, settings.MAIL_NETWORKS)
    try:
        await client.sign_in(Password(account.sign_in_name, secret))
        yield client
    finally:
        await client.close()
