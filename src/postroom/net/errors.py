"""Everything that can go wrong with a server, each with its sentence for a person.

A sentence says what happened, why if known, and the one thing to do. A server's own words come
capped, without control characters, in quotation marks, named as the server's.
"""

from typing import ClassVar

from postroom.imap.server_words import server_words
from postroom.net.server import Server

_WORDS_MAX = 200


class NetError(Exception):
    """The root. `kind` is a stable slug; `sentence` is safe to show; `words` are the server's."""

    kind: ClassVar[str] = "unknown"
    says: ClassVar[str] = "The mail server could not be used."

    def __init__(self, server: Server | None = None, words: str = "") -> None:
        self.host = _printable(server.host.strip()) if server else ""
        self.port = server.port if server else 0
        self.words = _printable(words)
        self.sentence = self.says.format(host=self.host or "the server", port=self.port)
        if self.words:
            self.sentence += f" The server said: “{self.words}”"
        super().__init__(self.sentence)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (), vars(self)

    def __str__(self) -> str:
        return self.sentence


class HostUnknown(NetError):
    """The name leads nowhere."""

    kind = "host_unknown"
    says = "No server is called {host}. Check the name for typing errors."


class AddressNotAllowed(NetError):
    """The name leads into a network we must not touch."""

    kind = "address_not_allowed"
    says = (
        "{host} is not a public mail server, so it was not contacted. "
        "An administrator can allow its network in POSTROOM_ALLOWED_MAIL_NETWORKS."
    )


class PortNotAllowed(NetError):
    """The port is none of mail's."""

    kind = "port_not_allowed"
    says = (
        "Port {port} is not a mail port. Use 993 or 143 for IMAP, 465 or 587 for SMTP; "
        "an administrator can allow others in POSTROOM_ALLOWED_MAIL_PORTS."
    )


class PlaintextNotAllowed(NetError):
    """No protection, and not a network where that was allowed."""

    kind = "plaintext_not_allowed"
    says = (
        "A password is not sent to {host} without encryption. Choose TLS or STARTTLS; "
        "an administrator can allow its network in POSTROOM_ALLOWED_MAIL_NETWORKS."
    )


class PortRefused(NetError):
    """Nobody listens there."""

    kind = "port_refused"
    says = "{host} does not answer on port {port}. Check the port number."


class HostUnreachable(NetError):
    """No way leads there."""

    kind = "host_unreachable"
    says = "{host} cannot be reached from here. Check the network, then try again."


class ConnectTimedOut(NetError):
    """No answer in time."""

    kind = "connect_timed_out"
    says = "{host} did not answer on port {port} in time. Check host and port, or try again later."


class CertificateMismatch(NetError):
    """The certificate is another host's."""

    kind = "certificate_mismatch"
    says = (
        "The certificate shown at {host} belongs to another name. "
        "Use the server name your provider gives; nothing was sent."
    )


class CertificateUntrusted(NetError):
    """Expired, self-signed, or signed by a stranger."""

    kind = "certificate_untrusted"
    says = (
        "The certificate of {host} is expired or not signed by anyone we trust. "
        "Ask whoever runs the server to renew it; nothing was sent."
    )


class TlsFailed(NetError):
    """The handshake broke."""

    kind = "tls_failed"
    says = (
        "An encrypted connection to {host} on port {port} could not be set up. "
        "Check whether the port wants TLS or STARTTLS."
    )


class NotAnImapServer(NetError):
    """Something else answered."""

    kind = "not_an_imap_server"
    says = "What answers at {host} on port {port} does not speak IMAP. Check host and port."


class NotAPop3Server(NetError):
    """Something else answered."""

    kind = "not_a_pop3_server"
    says = "What answers at {host} on port {port} does not speak POP3. Check host and port."


class NotAnSmtpServer(NetError):
    """Something else answered."""

    kind = "not_an_smtp_server"
    says = "What answers at {host} on port {port} does not speak SMTP. Check host and port."


class Silent(NetError):
    """A connection, and then nothing."""

    kind = "silent"
    says = (
        "{host} lets us connect on port {port} and then says nothing. "
        "Check the port and whether it wants TLS or STARTTLS."
    )


class ClosedAtOnce(NetError):
    """A connection, and at once none any more."""

    kind = "closed_at_once"
    says = (
        "{host} closes every connection on port {port} without a word. "
        "Check the port, or ask the provider whether it keeps this network out."
    )


class GreetingUnfinished(NetError):
    """The greeting stopped in its middle."""

    kind = "greeting_unfinished"
    says = (
        "{host} began its greeting on port {port} and never ended it. "
        "Try again later; if it goes on, ask the provider."
    )


class TlsExpected(NetError):
    """The server waits for TLS from the first octet."""

    kind = "tls_at_this_port"
    says = "{host} wants TLS from the start on port {port}. Choose TLS instead; nothing was sent."


class TlsNotOffered(NetError):
    """STARTTLS was asked for and is not to be had, or cannot be trusted."""

    kind = "tls_not_offered"
    says = (
        "{host} does not offer encryption by STARTTLS on port {port}. "
        "Choose TLS, usually on port 993, or ask the provider; nothing was sent."
    )


class SignInRefused(NetError):
    """The server knows this user and password do not belong together."""

    kind = "sign_in_refused"
    says = (
        "{host} refused the user name or password. "
        "Check both; many providers want an app password and IMAP switched on."
    )


class SignInNotOffered(NetError):
    """No way to sign in that we know and may use."""

    kind = "sign_in_not_offered"
    says = "{host} offers no way to sign in with this kind of password. Ask the provider which."


class Throttled(NetError):
    """Too much, too fast; `retry_after` seconds if the server named them."""

    kind = "throttled"
    says = "{host} asks us to slow down. Nothing to do: it is tried again later."

    def __init__(
        self, server: Server | None = None, words: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(server, words)
        self.retry_after = retry_after


class TooManyConnections(Throttled):
    """All connections this account may have are taken."""

    kind = "too_many_connections"
    says = (
        "{host} allows no more connections for this mailbox. "
        "Close other mail programs, or wait: it is tried again later."
    )


class ServerUnavailable(NetError):
    """The server is there and cannot work."""

    kind = "server_unavailable"
    says = "{host} is not available at the moment. Nothing to do: it is tried again later."


class ConnectionLost(NetError):
    """It worked, then it stopped."""

    kind = "connection_lost"
    says = "The connection to {host} was lost. Nothing to do: it is made again."


class ProtocolViolation(NetError):
    """The server does not follow its protocol, or sends more than it may."""

    kind = "protocol_violation"
    says = "{host} sent something that cannot be understood. If it goes on, ask the provider."


class CommandRefused(NetError):
    """NO or BAD to one command; the connection is still good."""

    kind = "command_refused"
    says = "{host} refused a request."

    def __init__(self, server: Server | None = None, words: str = "", code: str = "") -> None:
        super().__init__(server, words)
        self.code = code


class FolderVanished(CommandRefused):
    """The mailbox is not there any more."""

    kind = "folder_vanished"
    says = "A folder no longer exists on {host}."


class OverQuota(CommandRefused):
    """No room, or the day's traffic is used up."""

    kind = "over_quota"
    says = "The mailbox on {host} has no room or no traffic left. Make room, or try tomorrow."


class MessageTooLarge(CommandRefused):
    """The server takes no message of this size."""

    kind = "message_too_large"
    says = "{host} does not take a message this large. Send it with smaller attachments."


class DeliveryUnknown(NetError):
    """The connection broke after the message was sent and before the server said it has it."""

    kind = "delivery_unknown"
    says = (
        "{host} may or may not have taken the message. "
        "Look into the Sent folder, or ask a recipient, before sending it again."
    )


def _printable(text: str) -> str:
    return server_words(text.encode("utf-8", "replace"), _WORDS_MAX)
