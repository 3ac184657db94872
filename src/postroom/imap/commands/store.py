"""Change flags. The one that marks a message for removal is not among those one can name."""

from typing import ClassVar

from postroom.imap.commands.command import Command, Part, Wire, flag_list
from postroom.imap.errors import IllegalCommand
from postroom.imap.responses import FetchedMessage, Response
from postroom.imap.uid_set import UidSet, parse_ranges


class UidStore(Command):
    """Add or take away flags (RFC 3501 §6.4.6).

    UNCHANGEDSINCE leaves alone what changed meanwhile, and needs CONDSTORE (RFC 7162 §3.1.3).
    """

    word: ClassVar[bytes] = b"UID STORE"

    def __init__(
        self, uids: UidSet, sign: str, flags: frozenset[str], unchanged_since: int | None = None
    ) -> None:
        super().__init__()
        self.uids = uids
        self._sign = sign
        self._flags = flags
        self._unchanged_since = unchanged_since
        self.modseq = 0

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `UID STORE 7 (UNCHANGEDSINCE 12) +FLAGS.SILENT (\\Seen)`."""
        if any(flag.lower() == "\\deleted" for flag in self._flags):
            raise IllegalCommand("Postroom marks nothing for removal")
        line = f"UID STORE {self.uids} "
        if self._unchanged_since is not None:
            wire.needs("CONDSTORE", "QRESYNC")
            line += f"(UNCHANGEDSINCE {self._unchanged_since}) "
        return [f"{line}{self._sign}FLAGS.SILENT ".encode("ascii") + flag_list(self._flags)]

    def take(self, response: Response) -> bool:
        """Claim the echo of our own change, and note the highest MODSEQ it made."""
        if not isinstance(response, FetchedMessage) or response.uid not in self.uids:
            return False
        self.modseq = max(self.modseq, response.modseq or 0)
        return True

    @property
    def left_alone(self) -> UidSet:
        """Those that were changed since, so their flags are as they were."""
        code = self.outcome.code if self.outcome else None
        if code is None or code.name != "MODIFIED":
            return UidSet()
        try:
            return self.uids & UidSet.from_ranges(parse_ranges(code.argument))
        except ValueError:
            return self.uids
