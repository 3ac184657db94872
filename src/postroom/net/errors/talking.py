"""What can go wrong with a server that speaks: sign-in, limits, refusals, the end."""

from postroom.net.errors.root import NetError
from postroom.net.server import Server


class NotWelcome(NetError):
    """SMTP's 554 in place of a greeting (RFC 5321 §3.1): no service for us here."""

    kind = "not_welcome"
    says = "{host} takes no connection from this network."
    advises = "Ask the provider whether it blocks the address that Postroom connects from."


class SignInRefused(NetError):
    """The server knows this user and password do not belong together."""

    kind = "sign_in_refused"
    says = "{host} refused the user name or password."
    advises = "Check both; many providers want an app password and IMAP switched on."


class SignInNotOffered(NetError):
    """No way to sign in that we know and may use."""

    kind = "sign_in_not_offered"
    says = "{host} offers no way to sign in with this kind of password."
    advises = "Ask the provider which."


class EncryptionWanted(SignInNotOffered):
    """No password is taken on an open line, and that is right (RFC 3501 §6.2.3, LOGINDISABLED)."""

    kind = "tls_required"
    says = "{host} takes a password only over an encrypted connection."
    advises = "Choose TLS or STARTTLS."


class PasswordNotTaken(SignInNotOffered):
    """Tokens only."""

    kind = "password_not_taken"
    says = "{host} takes no password, only a sign-in at the provider."
    advises = "Choose the provider by name and sign in there, or ask how else to read the mailbox."


class SendingNeedsASignIn(SignInNotOffered):
    """A server that lets nobody sign in takes mail for its own people, and none from them."""

    kind = "sending_needs_a_sign_in"
    says = "{host} lets nobody sign in on port {port}, so it sends nothing for you."
    advises = "Use port 465 with TLS or 587 with STARTTLS, or ask the provider."


class TooLittleRoom(NetError):
    """What the server announces as the size of an email is too small for any."""

    kind = "too_little_room"
    says = "{host} takes only emails so small that hardly one would pass."
    advises = "Ask whoever runs the server to allow larger ones."


class Throttled(NetError):
    """Too much, too fast; `retry_after` seconds if the server named them."""

    kind = "throttled"
    says = "{host} asks us to slow down."
    advises = "Nothing to do: it is tried again later."

    def __init__(
        self,
        server: Server | None = None,
        words: str = "",
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(server, words, code)
        self.retry_after = retry_after


class TooManyConnections(Throttled):
    """All connections this account may have are taken."""

    kind = "too_many_connections"
    says = "{host} allows no more connections for this mailbox."
    advises = "Close other mail programs, or wait: it is tried again later."


class ServerUnavailable(NetError):
    """The server is there and cannot work."""

    kind = "server_unavailable"
    says = "{host} is not available at the moment."
    advises = "Nothing to do: it is tried again later."


class ConnectionLost(NetError):
    """It worked, then it stopped."""

    kind = "connection_lost"
    says = "The connection to {host} was lost."
    advises = "Nothing to do: it is made again."


class ProtocolViolation(NetError):
    """The server does not follow its protocol, or sends more than it may."""

    kind = "protocol_violation"
    says = "{host} sent something that cannot be understood."
    advises = "If it goes on, ask the provider."


class TooManyFolders(ProtocolViolation):
    """A listing longer than `Limits.mailboxes`, or `Limits.listing`, allows."""

    kind = "too_many_folders"
    says = "{host} lists more folders than can be kept here, which is 20,000."
    advises = "Remove some, or move what they hold into one, and press Resume."


class CommandRefused(NetError):
    """NO or BAD to one command; the connection is still good."""

    kind = "command_refused"
    says = "{host} refused a request."
    advises = "If it goes on, ask the provider."


class NoLastingIds(CommandRefused):
    """POP3 without UIDL: what was fetched could not be told from what is new."""

    kind = "no_lasting_ids"
    says = "{host} gives its messages no lasting ids (UIDL), so they cannot be kept in sync."
    advises = "Use IMAP instead, or ask the provider."


class FolderVanished(CommandRefused):
    """The mailbox is not there any more."""

    kind = "folder_vanished"
    says = "A folder no longer exists on {host}."
    advises = "Nothing to do: what it held is looked for in the others."


class FolderBreaksOff(CommandRefused):
    """The connection would end: it did so twice when this folder was opened, moments ago."""

    kind = "folder_breaks_off"
    says = "The mail server ends the connection when this folder is opened."
    advises = "It is tried again every ten minutes. If it goes on, ask the provider."


class OverQuota(CommandRefused):
    """No room, or the day's traffic is used up."""

    kind = "over_quota"
    says = "The mailbox on {host} has no room or no traffic left."
    advises = "Make room, or try tomorrow."


class MessageTooLarge(CommandRefused):
    """The server takes no message of this size."""

    kind = "message_too_large"
    says = "{host} does not take a message this large."
    advises = "Send it with smaller attachments."


class NotAWebServer(NetError):
    """Not HTTP, or more of it than a small page has."""

    kind = "not_a_web_server"
    says = "What answers at {host} is no web server with a small page."
    advises = "Nothing to do."


class NoSuchPage(NetError):
    """The web server answers, and has it not."""

    kind = "no_such_page"
    says = "{host} has no such page."
    advises = "Nothing to do."


class PageNotAllowed(NetError):
    """A redirect to what is not fetched, or one too many."""

    kind = "page_not_allowed"
    says = "{host} sends us to a page that is not fetched: only HTTPS, two steps."
    advises = "Nothing to do."


class DeliveryUnknown(NetError):
    """The connection broke after the message was sent and before the server said it has it."""

    kind = "delivery_unknown"
    says = "{host} may or may not have taken the message."
    advises = "Look into the Sent folder, or ask a recipient, before sending it again."
