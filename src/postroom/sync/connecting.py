"""Sign in to an account's mail server with its sealed password, or with a token that holds.

Both ways raise the failures of `net.errors` and of `oauth.errors`, and `SecretDoesNotOpen`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings

from postroom.accounts.models import Direction, EmailAccount
from postroom.net.budget import PER_ACCOUNT, ConnectionBudget
from postroom.net.credentials import AccessToken, Credential
from postroom.net.errors import SignInRefused
from postroom.net.imap_client import ImapClient
from postroom.net.pop3_client import Pop3Client
from postroom.net.server import Security, Server
from postroom.oauth.credentials import ISSUER_THREADS, find_credential, get_credential, not_taken
from postroom.sync.database import in_database, on_a_live_connection
from postroom.sync.visit import Clock

C = TypeVar("C")

# Room for every account of this engine: those that listen would never give up their place.
BUDGET = ConnectionBudget(per_server=PER_ACCOUNT * settings.ENVIRONMENT.engine_accounts)


@asynccontextmanager
async def signed_in(account: EmailAccount, clock: Clock) -> AsyncIterator[ImapClient]:
    """A connection to the account's IMAP server, closed at the end whatever happens."""
    credential, server = await credential_of(account, clock), incoming_server(account)
    async with BUDGET.place(account.pk, server.host):
        async with BUDGET.door(server.host):
            client = await let_in(account, clock, credential, lambda c: imap_session(server, c))
        try:
            yield client
        finally:
            await client.close()


@asynccontextmanager
async def signed_in_to_pop(account: EmailAccount, clock: Clock) -> AsyncIterator[Pop3Client]:
    """A session on the account's POP3 server, ended at the end whatever happens."""
    credential, server = await credential_of(account, clock), incoming_server(account)
    async with BUDGET.place(account.pk, server.host):
        async with BUDGET.door(server.host):
            client = await let_in(account, clock, credential, lambda c: pop_session(server, c))
        try:
            yield client
        finally:
            await client.sign_out()


async def let_in(
    account: EmailAccount,
    clock: Clock,
    credential: Credential,
    connect: Callable[[Credential], Awaitable[C]],
) -> C:
    """Connect and sign in. A refused token is tried once more, as a fresh one; a password never.

    Tokens end early when their owner signs out everywhere, or the server lost its keys.
    """
    try:
        return await connect(credential)
    except SignInRefused:
        if not isinstance(credential, AccessToken):
            raise
    fresh = await credential_of(account, clock, refused=credential.secret)
    try:
        return await connect(fresh)
    except SignInRefused as refusal:
        raise await in_database(not_taken, account, refusal) from refusal


async def credential_of(account: EmailAccount, clock: Clock, refused: str = "") -> Credential:
    """The sealed password, or a token; who waits for an issuer keeps no thread from the others."""
    now, incoming = clock(), Direction.INCOMING
    if not refused and (ready := await in_database(find_credential, account, incoming, now)):
        return ready
    ask = sync_to_async(on_a_live_connection, thread_sensitive=False, executor=ISSUER_THREADS)
    return await ask(get_credential, (account, incoming, now, refused), {})


async def imap_session(server: Server, credential: Credential) -> ImapClient:
    """A signed-in connection, or none at all."""
    client = await ImapClient.connect(server, settings.MAIL_NETWORKS)
    try:
        await client.sign_in(credential)
    except BaseException:
        await client.close()
        raise
    return client


async def pop_session(server: Server, credential: Credential) -> Pop3Client:
    """A signed-in session, or none at all."""
    client = await Pop3Client.connect(server, settings.MAIL_NETWORKS)
    try:
        await client.sign_in(credential)
    except BaseException:
        await client.sign_out()
        raise
    return client


def incoming_server(account: EmailAccount) -> Server:
    """The account's incoming server in the words of the wire."""
    host, port, security = account.incoming
    return Server(host, port, Security(security))
