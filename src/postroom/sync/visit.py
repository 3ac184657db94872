"""One visit to a mail server: the connection and what every step of a pass needs."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from postroom.accounts.models import EmailAccount
from postroom.accounts.window import first_day_of
from postroom.archive.models import Folder
from postroom.imap.commands.mailbox import QresyncState, Selected
from postroom.imap.responses import FetchedMessage
from postroom.imap.uid_set import UID_MAX
from postroom.net.errors import FolderBreaksOff
from postroom.net.imap_client import ImapClient
from postroom.sync.database import in_database
from postroom.sync.parsing import LimitedParser
from postroom.sync.progress import Progress

MODSEQ_MAX = 2**63 - 1  # RFC 7162 §7.
ONLY_NUMBERING = 1  # Of a server that does not tell its UIDVALIDITY: it never changes.

Clock = Callable[[], datetime]
T = TypeVar("T")


@dataclass(slots=True)
class Visit:
    """A signed-in connection with its account, clock, parser and progress.

    A thorough visit compares every folder; another one only those whose counts moved. With
    `is_called` somebody here waits for something, or people's addresses changed. `untold` are the
    folders of which the server gave a message without the flags that it was asked for, `avoided`
    those at whose opening it ends the connection.
    """

    account: EmailAccount
    client: ImapClient
    clock: Clock
    progress: Progress
    parser: LimitedParser = field(default_factory=LimitedParser)
    is_thorough: bool = True
    is_called: bool = False
    untold: set[int] = field(default_factory=set)
    avoided: set[int] = field(default_factory=set)
    _parser_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _first_days: list[date | None] = field(default_factory=list)

    async def have_read(self, read: Callable[[Sequence[bytes]], T], messages: Sequence[bytes]) -> T:
        """Have the parser read messages, one piece of work after the other.

        Begun beside, a second process costs more than it gains. Who is ahead waits here and not in
        a thread: all accounts share those.
        """
        async with self._parser_turn:
            return await in_database(read, messages)

    async def examine(self, folder: Folder, since: QresyncState | None = None) -> Selected:
        """Open a folder for reading only (RFC 3501 §6.3.2). Raises FolderBreaksOff."""
        if folder.pk in self.avoided:
            raise FolderBreaksOff
        return believable(await self.client.examine(folder.name, since))

    def mark_untold(self, folder: Folder, messages: Iterable[FetchedMessage]) -> None:
        """Remember the folder if one of these messages came without its flags."""
        if any(message.flags is None for message in messages):
            self.untold.add(folder.pk)

    async def first_day(self) -> date | None:
        """The day from which on existing mail is brought; one for the whole visit."""
        if not self._first_days:
            self._first_days.append(await in_database(first_day_of, self.account))
        return self._first_days[0]


def believable(selected: Selected) -> Selected:
    """The snapshot without marks that no server can mean: we could not even write them down."""
    if (selected.uidvalidity or 0) > UID_MAX:
        selected.uidvalidity = None
    if (selected.uidnext or 0) > UID_MAX + 1:
        selected.uidnext = None
    if (selected.highestmodseq or 0) > MODSEQ_MAX:
        selected.highestmodseq = None
    return selected


def numbering(selected: Selected) -> int:
    """The UIDVALIDITY of an open folder (RFC 3501 §2.3.1.1)."""
    return selected.uidvalidity or ONLY_NUMBERING
