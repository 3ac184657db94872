"""Commands that wait for changes."""

from typing import ClassVar

from postroom.imap.commands.command import Command, Part, Wire
from postroom.imap.errors import IllegalCommand


class Idle(Command):
    """Hear changes of the open mailbox as they happen (RFC 2177). Needs IDLE."""

    word: ClassVar[bytes] = b"IDLE"

    def __init__(self) -> None:
        super().__init__()
        self.is_accepted = False

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `IDLE`."""
        wire.needs("IDLE", "IMAP4REV2")
        return [self.word]

    def answer(self, challenge: bytes) -> None:
        """Note that the server listens now; DONE is ours to say later."""
        self.is_accepted = True


class Notify(Command):
    """Hear of new mail in every mailbox while idle (RFC 5465 §3). Needs NOTIFY."""

    word: ClassVar[bytes] = b"NOTIFY"

    def __init__(self, mailboxes: str = "personal") -> None:
        super().__init__()
        if mailboxes not in ("personal", "inboxes", "subscribed"):
            raise IllegalCommand(f"not a set of mailboxes: {mailboxes[:20]!r}")
        self._mailboxes = mailboxes

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `NOTIFY SET (selected …) (personal …)`; events of §5."""
        wire.needs("NOTIFY")
        events = "(MessageNew MessageExpunge FlagChange)"
        return [f"NOTIFY SET (selected {events}) ({self._mailboxes} {events})".encode("ascii")]
