"""What somebody asks to be connected: an address, its servers, what signs in."""

from dataclasses import dataclass, field

from postroom.accounts.models import EmailAccount, Protocol, Security, Sharing
from postroom.net import server as net
from postroom.net.credentials import AccessToken, Credential, Password
from postroom.net.server import Server
from postroom.providers import provider_for_host
from postroom.setup.steps import Side
from postroom.team.models import User

# Where a server of each protocol and security usually listens (RFC 8314 §7).
USUAL_PORTS = {
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "none"): 143,
    ("pop", "tls"): 995,
    ("pop", "starttls"): 110,
    ("pop", "none"): 110,
    ("smtp", "tls"): 465,
    ("smtp", "starttls"): 587,
    ("smtp", "none"): 25,
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

    The owner typed it, unless it came from the command line. A `token` stands for both passwords.
    `told` gets what the outgoing server says of itself while it is tried.
    """

    owner: User
    address: str
    imap: ServerAddress | None = None
    pop: ServerAddress | None = None
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    username: str = ""
    smtp: ServerAddress | None = None
    smtp_username: str = ""
    smtp_password: str = field(default="", repr=False)
    provider: str = ""
    sharing: Sharing = Sharing.PRIVATE
    storage: str = ""
    window: str = ""
    is_from_command_line: bool = False
    told: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

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

    def server(self, side: Side) -> ServerAddress:
        """The server of this side."""
        return self.incoming if side == "incoming" or self.smtp is None else self.smtp

    def speaks(self, side: Side) -> str:
        """The protocol of this side, as its fields are named: imap, pop or smtp."""
        return self.protocol.value if side == "incoming" else "smtp"

    def provider_id(self, side: Side) -> str:
        """Whose server it is, also when its name was typed by hand."""
        known = provider_for_host(self.server(side).host)
        return self.provider or (known.id if known else "")

    @property
    def incoming_credential(self) -> Credential:
        """What signs in to read."""
        user = self.username or self.address
        return AccessToken(user, self.token) if self.token else Password(user, self.password)

    @property
    def outgoing_credential(self) -> Credential:
        """What signs in to send."""
        user = self.smtp_username or self.username or self.address
        if self.token:
            return AccessToken(user, self.token)
        return Password(user, self.smtp_password or self.password)


def provider_at(account: EmailAccount, host: str) -> str:
    """Whose mailbox it is at this server; another one than before tells anew."""
    if host == account.incoming[0]:
        return account.provider
    known = provider_for_host(host)
    return known.id if known else ""


def request_for(
    account: EmailAccount,
    password: str,
    smtp_password: str = "",
    incoming: ServerAddress | None = None,
) -> AccountRequest:
    """The same of a connected account, at its own servers; outgoing only with a password for it."""
    host, port, security = account.incoming
    server = incoming or ServerAddress(host, port, Security(security))
    is_pop = account.protocol == Protocol.POP
    sending = ServerAddress(account.smtp_host, account.smtp_port, Security(account.smtp_security))
    return AccountRequest(
        owner=account.owner,
        address=account.address,
        imap=None if is_pop else server,
        pop=server if is_pop else None,
        password=password,
        username=account.username,
        smtp_username=account.smtp_username,
        smtp=sending if smtp_password else None,
        smtp_password=smtp_password,
        provider=account.provider,
    )
