"""Try the connection, then save the account: nothing is kept of what does not work."""

import asyncio
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from postroom.accounts.models import Direction, EmailAccount, Security, Sharing
from postroom.accounts.seals import keep_secret
from postroom.mime import canonical_address
from postroom.net import server as net
from postroom.net.credentials import Password
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import Server
from postroom.team.models import User

FIELD_OF = {
    "host_unknown": "imap_host",
    "address_not_allowed": "imap_host",
    "certificate_mismatch": "imap_host",
    "certificate_untrusted": "imap_host",
    "host_unreachable": "imap_host",
    "connect_timed_out": "imap_host",
    "port_not_allowed": "imap_port",
    "port_refused": "imap_port",
    "not_an_imap_server": "imap_port",
    "plaintext_not_allowed": "imap_security",
    "tls_failed": "imap_security",
    "tls_not_offered": "imap_security",
    "sign_in_refused": "password",
    "sign_in_not_offered": "password",
}


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server as someone typed it."""

    host: str
    port: int
    security: Security

    @property
    def server(self) -> Server:
        """The same in the words of the wire."""
        return Server(self.host.strip(), self.port, net.Security(self.security))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRequest:
    """What someone typed to connect a mailbox."""

    owner: User
    address: str
    imap: ServerAddress
    password: str = field(repr=False)
    username: str = ""
    smtp: ServerAddress | None = None
    smtp_password: str = field(default="", repr=False)
    provider: str = ""
    sharing: Sharing = Sharing.PRIVATE
    storage: str = ""


class ConnectionFailed(Exception):
    """The mailbox could not be connected; `sentence` says why and `field` where to mend it."""

    def __init__(self, kind: str, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.field = field


def connect_account(request: AccountRequest) -> EmailAccount:
    """Sign in to the mailbox once and save the account. Raises ConnectionFailed, saves nothing."""
    refuse_unusable(request)
    try:
        asyncio.run(try_incoming(request))
    except NetError as error:
        raise ConnectionFailed(error.kind, error.sentence, FIELD_OF.get(error.kind, "")) from error
    return save_account(request)


def refuse_unusable(request: AccountRequest) -> None:
    """Say what is wrong before any server is asked."""
    address = canonical_address(request.address)
    if not address:
        raise ConnectionFailed(
            "address_unusable",
            f"“{request.address}” is not an email address. Write it like name@example.com.",
            "address",
        )
    if EmailAccount.objects.filter(address=address).exists():
        raise ConnectionFailed(
            "already_connected",
            f"{address} is already connected. Open it under Email Configuration instead.",
            "address",
        )
    if not request.password:
        raise ConnectionFailed(
            "password_empty", "The password is empty. Enter the mailbox's password.", "password"
        )


async def try_incoming(request: AccountRequest) -> None:
    """Connect, sign in, and list the folders, as the sync will."""
    client = await ImapClient.connect(request.imap.server, settings.MAIL_NETWORKS)
    try:
        await client.sign_in(Password(request.username or request.address, request.password))
        await client.list_mailboxes()
    finally:
        await client.close()


@transaction.atomic
def save_account(request: AccountRequest) -> EmailAccount:
    """Write the account and its sealed secrets."""
    account = EmailAccount.objects.create(
        owner=request.owner,
        address=canonical_address(request.address),
        provider=request.provider,
        username=request.username,
        imap_host=request.imap.host,
        imap_port=request.imap.port,
        imap_security=request.imap.security,
        sharing=request.sharing,
        storage=request.storage,
        **outgoing(request.smtp),
    )
    keep_secret(account, Direction.INCOMING, request.password)
    if request.smtp:
        keep_secret(account, Direction.OUTGOING, request.smtp_password or request.password)
    return account


def outgoing(server: ServerAddress | None) -> dict[str, str | int]:
    """The columns of the outgoing server."""
    if server is None:
        return {}
    return {
        "smtp_host": server.host,
        "smtp_port": server.port,
        "smtp_security": server.security,
    }
