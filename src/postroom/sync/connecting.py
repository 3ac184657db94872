"""Sign in to an account's mail server with its sealed credentials.

Both ways raise the failures of `net.errors`, and `SecretDoesNotOpen`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings

from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import get_secret
from postroom.net.budget import PER_ACCOUNT, ConnectionBudget
from postroom.net.credentials import Password
from postroom.net.imap_client import ImapClient
from postroom.net.pop3_client import Pop3Client
from postroom.net.server import Security, Server
from postroom.sync.database import in_database

# Room for every account of this engine: those that listen would never give up their place.
BUDGET = ConnectionBudget(per_server=PER_ACCOUNT * settings.ENVIRONMENT.engine_accounts)


@asynccontextmanager
async def signed_in(account: EmailAccount) -> AsyncIterator[ImapClient]:
    """A connection to the account's IMAP server, closed at the end whatever happens."""
    password, server = await password_of(account), incoming_server(account)
    async with BUDGET.place(account.pk, server.host):
        client = await ImapClient.connect(server, settings.MAIL_NETWORKS)
        try:
            await client.sign_in(password)
            yield client
        finally:
            await client.close()


@asynccontextmanager
async def signed_in_to_pop(account: EmailAccount) -> AsyncIterator[Pop3Client]:
    """A session on the account's POP3 server, ended at the end whatever happens."""
    password, server = await password_of(account), incoming_server(account)
    async with BUDGET.place(account.pk, server.host):
        client = await Pop3Client.connect(server, settings.MAIL_NETWORKS)
        try:
            await client.sign_in(password)
            yield client
        finally:
            await client.sign_out()


async def password_of(account: EmailAccount) -> Password:
    """Open the sealed password."""
    secret = await in_database(get_secret, account, Direction.INCOMING)
    return Password(account.sign_in_name, secret)


def incoming_server(account: EmailAccount) -> Server:
    """The account's incoming server in the words of the wire."""
    host, port, security = account.incoming
    return Server(host, port, Security(security))
