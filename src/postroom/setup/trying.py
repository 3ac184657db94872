"""Try a mailbox's servers before anything is saved: read as the sync will, sign in as a sender."""

import asyncio

from django.conf import settings

from postroom.accounts.models import Protocol
from postroom.net.credentials import Password
from postroom.net.errors import ConnectTimedOut, NetError
from postroom.net.imap_client import ImapClient
from postroom.net.pop3_client import Pop3Client
from postroom.net.server import Server
from postroom.net.smtp_client import SmtpClient

# Somebody waits, and may go on without an outgoing server.
OUTGOING_SECONDS = 20.0


async def try_incoming(protocol: Protocol, server: Server, password: Password) -> None:
    """Connect, sign in, and list what is there. Raises the failures of `net.errors`."""
    if protocol == Protocol.POP:
        await try_pop(server, password)
    else:
        await try_imap(server, password)


async def try_imap(server: Server, password: Password) -> None:
    """The folders can be listed."""
    client = await ImapClient.connect(server, settings.MAIL_NETWORKS)
    try:
        await client.sign_in(password)
        await client.list_mailboxes()
    finally:
        await client.close()


async def try_pop(server: Server, password: Password) -> None:
    """The messages can be listed with ids that last (UIDL), or nothing could be kept in sync."""
    client = await Pop3Client.connect(server, settings.MAIL_NETWORKS)
    try:
        await client.sign_in(password)
        await client.list_messages()
    finally:
        await client.sign_out()


async def outgoing_trouble(server: Server, password: Password) -> str:
    """Sign in as a sender would, send nothing; what went wrong in a sentence, or nothing.

    A server without AUTH takes mail from whoever it knows by their network.
    """
    try:
        async with asyncio.timeout(OUTGOING_SECONDS):
            await try_smtp(server, password)
    except NetError as error:
        return error.sentence
    except TimeoutError:
        return ConnectTimedOut(server).sentence
    return ""


async def try_smtp(server: Server, password: Password) -> None:
    """A sender is let in."""
    client = await SmtpClient.connect(server, settings.MAIL_NETWORKS)
    try:
        if "auth" in client.extensions:
            await client.sign_in(password)
    finally:
        await client.sign_out()
