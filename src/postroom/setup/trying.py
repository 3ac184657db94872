"""Read a mailbox as the sync will, sign in as a sender would: what a connection test does."""

from collections.abc import Callable
from typing import Final

from django.conf import settings

from postroom.imap.limits import Limits
from postroom.net.errors import SendingNeedsASignIn, TooLittleRoom
from postroom.net.imap_client import ImapClient
from postroom.net.pop3_client import Pop3Client
from postroom.net.server import Security, Server
from postroom.net.smtp_client import SmtpClient, size_told
from postroom.setup.requests import AccountRequest
from postroom.setup.steps import Step

# A letter of a few pages.
SIZE_MIN: Final = 100_000

Begin = Callable[[Step, str], None]


async def try_imap(request: AccountRequest, limits: Limits, begin: Begin) -> str:
    """The folders can be listed."""
    server = request.incoming.server
    client = await ImapClient.connect(server, settings.MAIL_NETWORKS, limits=limits)
    try:
        begin(Step.SIGN_IN, ways_in(client.capabilities))
        credential = request.incoming_credential
        await client.sign_in(credential)
        begin(Step.FOLDERS, f"as {credential.user}")
        mailboxes = await client.list_mailboxes()
        emails = sum(each.status.messages or 0 for each in mailboxes if each.status)
        return f"{len(mailboxes):,} folders, {emails:,} emails"
    finally:
        await client.sign_out()


def ways_in(capabilities: frozenset[str]) -> str:
    """How the server lets people sign in; the rest it often says only afterwards."""
    ways = sorted(name[5:] for name in capabilities if name.startswith("AUTH="))
    return f"sign-in by {', '.join(ways[:8])}" if ways else ""


async def try_pop(request: AccountRequest, limits: Limits, begin: Begin) -> str:
    """The messages can be listed with ids that last (UIDL), or nothing could be kept in sync."""
    server = request.incoming.server
    client = await Pop3Client.connect(server, settings.MAIL_NETWORKS, limits=limits)
    try:
        begin(Step.SIGN_IN, " ".join(client.capabilities)[:200])
        credential = request.incoming_credential
        await client.sign_in(credential)
        begin(Step.FOLDERS, f"as {credential.user}")
        return f"{len(await client.list_messages()):,} emails"
    finally:
        await client.sign_out()


async def try_outgoing(request: AccountRequest, limits: Limits, begin: Begin) -> str:
    """A sender is let in; nothing is sent."""
    server = request.server("outgoing").server
    client = await SmtpClient.connect(server, settings.MAIL_NETWORKS, limits=limits)
    try:
        if "auth" in client.extensions:
            begin(Step.SIGN_IN, f"AUTH {client.extensions['auth']}"[:200])
            await client.sign_in(request.outgoing_credential)
            begin(Step.SIZE, f"as {request.outgoing_credential.user}")
        elif server.security is Security.NONE:
            # On a network that is allowed by name, a relay may know us by our address.
            begin(Step.SIZE, "no sign-in wanted")
        else:
            begin(Step.SIGN_IN, "no AUTH")
            raise SendingNeedsASignIn(server)
        request.told.update(client.extensions)
        return size_in_words(size_told(client.extensions), server)
    finally:
        await client.sign_out()


def size_in_words(octets: int | None, server: Server) -> str:
    """How large an email may be. Raises TooLittleRoom if a letter of a few pages does not pass."""
    if octets and octets < SIZE_MIN:
        raise TooLittleRoom(server, f"SIZE {octets}")
    return f"emails up to {octets / 1_000_000:,.1f} MB" if octets else "no bound named"
