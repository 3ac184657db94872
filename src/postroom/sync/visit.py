"""One visit to a mail server: the connection and what every step of a pass needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from postroom.accounts.models import EmailAccount
from postroom.archive.models import Folder
from postroom.net.imap_client import ImapClient, Selected
from postroom.sync.parsing import LimitedParser
from postroom.sync.progress import Progress

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Visit:
    """A signed-in connection with its account, clock, parser and progress."""

    account: EmailAccount
    client: ImapClient
    clock: Clock
    progress: Progress
    parser: LimitedParser = field(default_factory=LimitedParser)

    async def examine(self, folder: Folder) -> Selected:
        """Open a folder for reading only (RFC 3501 §6.3.2)."""
        return await self.client.examine(folder.name)
