"""Try the connection, then save the account: nothing is kept of what does not work."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from postroom.accounts.models import Direction, EmailAccount, Protocol, Security, Sharing
from postroom.accounts.seals import keep_secret
from postroom.mime import canonical_address
from postroom.net import server as net
from postroom.net.credentials import Password
from postroom.net.errors import NetError
from postroom.net.server import Server
from postroom.setup.trying import outgoing_trouble, try_incoming
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.permissions import why_not_integrate

# Where to mend it; the server's fields are named after the protocol.
FIELD_OF = {
    "host_unknown": "{}_host",
    "address_not_allowed": "{}_host",
    "certificate_mismatch": "{}_host",
    "certificate_untrusted": "{}_host",
    "host_unreachable": "{}_host",
    "connect_timed_out": "{}_host",
    "port_not_allowed": "{}_port",
    "port_refused": "{}_port",
    "not_an_imap_server": "{}_port",
    "not_a_pop3_server": "{}_port",
    "plaintext_not_allowed": "{}_security",
    "tls_failed": "{}_security",
    "tls_not_offered": "{}_security",
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
    """What someone typed to connect a mailbox: its IMAP server, or its POP3 server.

    The owner typed it, unless it came from the command line.
    """

    owner: User
    address: str
    imap: ServerAddress | None = None
    pop: ServerAddress | None = None
    password: str = field(repr=False)
    username: str = ""
    smtp: ServerAddress | None = None
    smtp_password: str = field(default="", repr=False)
    provider: str = ""
    sharing: Sharing = Sharing.PRIVATE
    storage: str = ""
    is_from_command_line: bool = False

    @property
    def protocol(self) -> Protocol:
        """How the mail is to be read."""
        return Protocol.POP if self.pop else Protocol.IMAP

    @property
    def incoming(self) -> ServerAddress:
        """The server to read it from."""
        server = self.pop or self.imap
        if server is None:
            raise ValueError("no incoming server")
        return server


class ConnectionFailed(Exception):
    """The mailbox could not be connected; `sentence` says why and `field` where to mend it."""

    def __init__(self, kind: str, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.field = field


def connect_account(request: AccountRequest) -> EmailAccount:
    """Sign in to the mailbox once and save the account. Raises ConnectionFailed, saves nothing.

    An outgoing server that does not work is noted on the account and stands in nobody's way.
    """
    refuse_unusable(request)
    try:
        trouble = asyncio.run(try_servers(request))
    except NetError as error:
        raise failed(error, request.protocol) from error
    return save_account(request, trouble)


def failed(error: NetError, protocol: str) -> ConnectionFailed:
    """The failure with the field where it can be mended."""
    return ConnectionFailed(
        error.kind, error.sentence, FIELD_OF.get(error.kind, "").format(protocol)
    )


def refuse_unusable(request: AccountRequest) -> None:
    """Say what is wrong before any server is asked."""
    if why_not := why_not_integrate(request.owner):
        raise ConnectionFailed("not_permitted", why_not)
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
    refuse_empty(request.password)


def refuse_empty(password: str) -> None:
    """A password is something."""
    if not password:
        raise ConnectionFailed(
            "password_empty", "The password is empty. Enter the mailbox's password.", "password"
        )


async def try_servers(request: AccountRequest) -> str:
    """Read as the sync will, then sign in as a sender; returns what is wrong with sending.

    Raises the failures of `net.errors` if it cannot be read. In this order, so that a mistyped
    password is tried once.
    """
    user = request.username or request.address
    incoming = Password(user, request.password)
    await try_incoming(request.protocol, request.incoming.server, incoming)
    if request.smtp is None:
        return ""
    outgoing = Password(user, request.smtp_password or request.password)
    return await outgoing_trouble(request.smtp.server, outgoing)


@transaction.atomic
def save_account(request: AccountRequest, outgoing: str) -> EmailAccount:
    """Write the account and its sealed secrets."""
    account = EmailAccount.objects.create(
        owner=request.owner,
        address=canonical_address(request.address),
        provider=request.provider,
        username=request.username,
        protocol=request.protocol,
        sharing=request.sharing,
        storage=request.storage,
        smtp_trouble_sentence=outgoing,
        **server_columns(request.protocol, request.incoming),
        **server_columns("smtp", request.smtp),
    )
    keep_secret(account, Direction.INCOMING, request.password)
    if request.smtp:
        keep_secret(account, Direction.OUTGOING, request.smtp_password or request.password)
    by = None if request.is_from_command_line else request.owner
    note(Act.ACCOUNT_CONNECTED, by, account, account.connected_at)
    return account


def server_columns(kind: str, server: ServerAddress | None) -> dict[str, Any]:
    """The columns of a server, named after what it speaks."""
    if server is None:
        return {}
    return {
        f"{kind}_host": server.host,
        f"{kind}_port": server.port,
        f"{kind}_security": server.security,
    }
