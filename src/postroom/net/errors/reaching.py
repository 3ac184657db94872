"""What can go wrong on the way to a connection: name, address, port, encryption, greeting."""

from postroom.net.errors.root import NetError


class HostUnknown(NetError):
    """The name leads nowhere."""

    kind = "host_unknown"
    says = "No server is called {host}."
    advises = "Check the name for typing errors."


class NameServerSilent(NetError):
    """Nobody knows whether there is such a name."""

    kind = "name_server_silent"
    says = "{host} could not be looked up: the name servers give no answer."
    advises = "Try again in a few minutes; if it goes on, ask whoever runs this network."


class AddressNotAllowed(NetError):
    """The name leads into a network we must not touch."""

    kind = "address_not_allowed"
    says = "{host} is not a public mail server, so it was not contacted."
    advises = "An administrator can allow its network in POSTROOM_ALLOWED_MAIL_NETWORKS."


class PortNotAllowed(NetError):
    """The port is none of mail's."""

    kind = "port_not_allowed"
    says = "Port {port} is not a mail port."
    advises = (
        "Use 993 or 143 for IMAP, 465 or 587 for SMTP; an administrator can allow others in "
        "POSTROOM_ALLOWED_MAIL_PORTS."
    )


class PlaintextNotAllowed(NetError):
    """No protection, and not a network where that was allowed."""

    kind = "plaintext_not_allowed"
    says = "A password is not sent to {host} without encryption."
    advises = (
        "Choose TLS or STARTTLS; an administrator can allow its network in "
        "POSTROOM_ALLOWED_MAIL_NETWORKS."
    )


class PortRefused(NetError):
    """Nobody listens there."""

    kind = "port_refused"
    says = "{host} does not answer on port {port}."
    advises = "Check the port number."


class HostUnreachable(NetError):
    """No way leads there."""

    kind = "host_unreachable"
    says = "{host} cannot be reached from here."
    advises = "Check the network, then try again."


class ConnectTimedOut(NetError):
    """No answer in time."""

    kind = "connect_timed_out"
    says = "{host} did not answer on port {port} in time."
    advises = "Check host and port, or try again later."


class CertificateMismatch(NetError):
    """The certificate is another host's."""

    kind = "certificate_mismatch"
    says = "The certificate shown at {host} belongs to another name."
    advises = "Use the server name your provider gives; nothing was sent."


class CertificateUntrusted(NetError):
    """Signed by a stranger."""

    kind = "certificate_untrusted"
    says = "The certificate of {host} is not signed by anyone we trust."
    advises = "Ask whoever runs the server for one that everybody trusts; nothing was sent."


class CertificateExpired(CertificateUntrusted):
    """Its time is over, or has not begun."""

    kind = "certificate_expired"
    says = "The certificate of {host} has expired."
    advises = "Ask whoever runs the server to renew it; nothing was sent."


class CertificateSelfSigned(CertificateUntrusted):
    """The server vouches for itself."""

    kind = "certificate_self_signed"
    says = (
        "The certificate of {host} is signed by the server itself, so anybody could have made it."
    )
    advises = "Ask whoever runs the server for one from an authority; nothing was sent."


class TlsFailed(NetError):
    """The handshake broke."""

    kind = "tls_failed"
    says = "An encrypted connection to {host} on port {port} could not be set up."
    advises = "Check whether the port wants TLS or STARTTLS."


class PlainTextAtThisPort(TlsFailed):
    """The server answers in plain text what should have been TLS."""

    kind = "plain_text_at_this_port"
    says = "{host} does not begin with TLS on port {port}."
    advises = "Choose STARTTLS, or the port for TLS: 993, 995 or 465."


class TlsTooOld(TlsFailed):
    """Nothing newer than TLS 1.1, or no cipher in common."""

    kind = "tls_too_old"
    says = "{host} knows only kinds of encryption that are broken by now (older than TLS 1.2)."
    advises = "Ask whoever runs the server to bring it up to date; nothing was sent."


class NotAnImapServer(NetError):
    """Something else answered."""

    kind = "not_an_imap_server"
    says = "What answers at {host} on port {port} does not speak IMAP."
    advises = "Check host and port."


class NotAPop3Server(NetError):
    """Something else answered."""

    kind = "not_a_pop3_server"
    says = "What answers at {host} on port {port} does not speak POP3."
    advises = "Check host and port."


class NotAnSmtpServer(NetError):
    """Something else answered."""

    kind = "not_an_smtp_server"
    says = "What answers at {host} on port {port} does not speak SMTP."
    advises = "Check host and port."


class Silent(NetError):
    """A connection, and then nothing."""

    kind = "silent"
    says = "{host} lets us connect on port {port} and then says nothing."
    advises = "Check the port and whether it wants TLS or STARTTLS."


class ClosedAtOnce(NetError):
    """A connection, and at once none any more."""

    kind = "closed_at_once"
    says = "{host} closes every connection on port {port} without a word."
    advises = "Check port and encryption, or ask the provider whether it keeps this network out."


class GreetingUnfinished(NetError):
    """The greeting stopped in its middle."""

    kind = "greeting_unfinished"
    says = "{host} began its greeting on port {port} and never ended it."
    advises = "Try again later; if it goes on, ask the provider."


class TlsExpected(NetError):
    """The server waits for TLS from the first octet."""

    kind = "tls_at_this_port"
    says = "{host} wants TLS from the start on port {port}."
    advises = "Choose TLS instead; nothing was sent."


class TlsNotOffered(NetError):
    """STARTTLS was asked for and is not to be had, or cannot be trusted."""

    kind = "tls_not_offered"
    says = "{host} does not offer encryption by STARTTLS on port {port}."
    advises = "Choose TLS on its own port (993, 995, 465), or ask the provider; nothing was sent."
