"""Commands about the connection itself."""

from typing import ClassVar

from postroom.imap.commands.command import Command, Part, Wire, text
from postroom.imap.responses import CapabilityList, Enabled, Namespaces, Response, ServerId


class Capability(Command):
    """Ask what the server can (RFC 3501 §6.1.1)."""

    word: ClassVar[bytes] = b"CAPABILITY"

    def take(self, response: Response) -> bool:
        """Claim the answer; the connection keeps it."""
        return isinstance(response, CapabilityList)


class Noop(Command):
    """Let the server tell what changed (RFC 3501 §6.1.2)."""

    word: ClassVar[bytes] = b"NOOP"


class Logout(Command):
    """Say goodbye (RFC 3501 §6.1.3)."""

    word: ClassVar[bytes] = b"LOGOUT"


class StartTls(Command):
    """Ask for TLS on this connection (RFC 3501 §6.2.1). Needs STARTTLS."""

    word: ClassVar[bytes] = b"STARTTLS"

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `STARTTLS`."""
        wire.needs("STARTTLS")
        return [self.word]


class Id(Command):
    """Say who we are and hear who they are (RFC 2971). Needs ID.

    Seen: NetEase refuses every SELECT until it was told, and wants no blank after `(`.
    """

    word: ClassVar[bytes] = b"ID"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__()
        self.fields = fields
        self.server: dict[str, str] = {}

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `ID ("name" "Postroom")`."""
        wire.needs("ID")
        parts: list[Part] = [b"ID ("]
        for position, word in enumerate(one for pair in self.fields.items() for one in pair):
            parts += [b" " if position else b"", text(word)]
        return [*parts, b")"]

    def take(self, response: Response) -> bool:
        """Keep the server's own fields."""
        if not isinstance(response, ServerId):
            return False
        self.server = response.fields
        return True


class Enable(Command):
    """Switch extensions on (RFC 5161 §3.1). Needs ENABLE; only before a mailbox is open."""

    word: ClassVar[bytes] = b"ENABLE"

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `ENABLE QRESYNC`."""
        wire.needs("ENABLE", "IMAP4REV2")
        return [b"ENABLE " + " ".join(self.names).encode("ascii")]

    def take(self, response: Response) -> bool:
        """Claim the answer; the connection keeps it."""
        return isinstance(response, Enabled)


class Namespace(Command):
    """Ask where mailboxes live (RFC 2342 §5). Needs NAMESPACE."""

    word: ClassVar[bytes] = b"NAMESPACE"

    def __init__(self) -> None:
        super().__init__()
        self.found: Namespaces | None = None

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `NAMESPACE`."""
        wire.needs("NAMESPACE", "IMAP4REV2")
        return [self.word]

    def take(self, response: Response) -> bool:
        """Keep the namespaces."""
        if not isinstance(response, Namespaces):
            return False
        self.found = response
        return True


class Compress(Command):
    """Compress both directions from here on (RFC 4978 §3). Needs COMPRESS=DEFLATE."""

    word: ClassVar[bytes] = b"COMPRESS"

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `COMPRESS DEFLATE`."""
        wire.needs("COMPRESS=DEFLATE")
        return [b"COMPRESS DEFLATE"]
