"""UID FETCH: messages stream through it to whoever takes them."""

from collections import deque
from dataclasses import dataclass
from typing import ClassVar, Final

from postroom.imap.commands.command import Command, Part, Wire
from postroom.imap.errors import IllegalCommand, LimitExceeded
from postroom.imap.responses import FetchedMessage, Response
from postroom.imap.uid_set import UidSet

_SPARE_ANSWERS: Final = 100


@dataclass(frozen=True, slots=True)
class FetchItems:
    """What to fetch of each message. Bodies by PEEK only: reading here marks nothing as read."""

    flags: bool = True
    internal_date: bool = False
    size: bool = False
    header_fields: tuple[str, ...] | None = None
    body: bool = False
    preview: bool = False
    changed_since: int | None = None

    @property
    def brings_text(self) -> bool:
        """Whether octets of messages are among it."""
        return self.body or self.header_fields is not None

    def compose(self, wire: Wire) -> bytes:
        """Return `(UID FLAGS …)`, with what this server's extensions add for free."""
        words = ["UID"]
        words += ["FLAGS"] if self.flags else []
        words += ["INTERNALDATE"] if self.internal_date else []
        words += ["RFC822.SIZE"] if self.size else []
        if self.flags and not wire.capabilities.isdisjoint(("CONDSTORE", "QRESYNC")):
            words.append("MODSEQ")
        words += _identities(wire.capabilities) if self.header_fields is not None else []
        words += [_header_section(self.header_fields)] if self.header_fields is not None else []
        if self.preview and "PREVIEW" in wire.capabilities:
            # What the server has at hand, and nothing that it must read the message for (RFC 8970).
            words.append("PREVIEW (LAZY)")
        words += ["BODY.PEEK[]"] if self.body else []
        return f"({' '.join(words)})".encode("ascii")


class UidFetch(Command):
    """Fetch messages by UID (RFC 3501 §6.4.5, §6.4.8).

    CHANGEDSINCE needs CONDSTORE (RFC 7162 §3.1.4.1), VANISHED in it QRESYNC (§3.2.6).
    """

    word: ClassVar[bytes] = b"UID FETCH"

    def __init__(self, uids: UidSet, items: FetchItems, answers: int = 4) -> None:
        """`answers` is how many a server may give for each message, on average."""
        super().__init__()
        self.uids = uids
        self.items = items
        self._answers_left = answers * len(uids) + _SPARE_ANSWERS
        self.arrived: deque[FetchedMessage] = deque()
        self.weight = 0
        self.is_abandoned = False
        self._answered: set[int] = set()

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `UID FETCH 1:500 (…)`."""
        line = f"UID FETCH {self.uids} ".encode("ascii") + self.items.compose(wire)
        if self.items.changed_since is not None:
            wire.needs("CONDSTORE", "QRESYNC")
            line += b" (CHANGEDSINCE %d)" % self.items.changed_since
        return [line]

    def take(self, response: Response) -> bool:
        """Take a message that was asked for here; a bare change of flags is someone else's."""
        if not isinstance(response, FetchedMessage) or response.uid not in self.uids:
            return False
        if not self._is_answered_by(response):
            return False
        self._answers_left -= 1
        if self._answers_left < 0:
            raise LimitExceeded("answers", len(self.uids))
        if self.items.brings_text:
            self._answered.add(response.uid)
        if not self.is_abandoned:
            self.arrived.append(response)
            self.weight += response.weight
        return True

    @property
    def first_unanswered(self) -> int | None:
        """The message whose text is to come next: every server known gives them in their order."""
        if not self.items.brings_text:
            return None
        return next((uid for uid in self.uids if uid not in self._answered), None)

    def _is_answered_by(self, message: FetchedMessage) -> bool:
        if self.items.body:
            return message.body is not None or message.too_large or message.sink is not None
        return self.items.header_fields is None or message.header is not None


def _header_section(fields: tuple[str, ...] | None) -> str:
    if not fields:
        return "BODY.PEEK[HEADER]"
    for name in fields:
        if not (name.isascii() and name.replace("-", "").isalnum()):
            raise IllegalCommand(f"not the name of a header field: {name[:40]!r}")
    return f"BODY.PEEK[HEADER.FIELDS ({' '.join(fields)})]"


def _identities(capabilities: frozenset[str]) -> list[str]:
    """Return the ids a server gives messages: Gmail's, or those of RFC 8474."""
    words = []
    if "X-GM-EXT-1" in capabilities:
        words += ["X-GM-MSGID", "X-GM-THRID", "X-GM-LABELS"]
    if "OBJECTID" in capabilities:
        words += ["EMAILID", "THREADID"]
    return words
