"""One visit to a mail server: the connection and what every step of a pass needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from postroom.accounts.models import EmailAccount
from postroom.archive.models import Folder
from postroom.imap.commands.mailbox import Selected
from postroom.net.imap_client import ImapClient
from postroom.sync.parsing import LimitedParser
from postroom.sync.progress import Progress

ONLY_NUMBERING = 1  # Of a server that does not tell its UIDVALIDITY: it never changes.

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Visit:
    """A signed-in connection with its account, clock, parser and progress.

    A thorough visit compares every folder; another one only those whose counts moved.
    """

    account: EmailAccount
    client: ImapClient
    clock: Clock
    progress: Progress
    parser: LimitedParser = field(default_factory=LimitedParser)
    is_thorough: bool = True

    async def examine(self, folder: Folder) -> Selected:
        """Open a folder for reading only (RFC 3501 §6.3.2)."""
        return await self.client.examine(folder.name)


def numbering(selected: Selected) -> int:
    """The UIDVALIDITY of an open folder (RFC 3501 §2.3.1.1)."""
    return selected.uidvalidity or ONLY_NUMBERING
