"""Listen to a mail server on the connection that also works: IDLE, DONE, look, IDLE.

The Inbox by IDLE (RFC 2177), every folder where the server has NOTIFY (RFC 5465); servers without
either are asked now and then. What is heard is a hint to look, never the truth. What left the Inbox
went elsewhere, which no server without NOTIFY tells, so it is looked for there. What another
program sends shows in Sent alone, whose counts are asked for while somebody looks at the mailbox's
mail. What came while nobody listened is seen from the Inbox's counts when it is opened to listen,
or was told meanwhile.
"""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from postroom.accounts.models import EmailAccount
from postroom.archive.folders import folders_to_sync
from postroom.archive.models import Folder, FolderRole
from postroom.imap.commands.mailbox import Selected
from postroom.imap.responses import Exists, Expunged, Status, Vanished
from postroom.net.errors import CommandRefused, FolderVanished
from postroom.net.imap_client import ImapClient
from postroom.net.notices import ElsewhereChanged, Notice
from postroom.sync.bell import Bell
from postroom.sync.database import in_database
from postroom.sync.parsing import LimitedParser
from postroom.sync.passing import has_moved
from postroom.sync.visit import believable

POLL_SECONDS = 20.0  # Of all folders, where only the Inbox is heard of.
TOLD_SECONDS = 300.0  # The same, where the server tells of all that it knows of itself.
SIGHT_SECONDS = 1.0  # Of Sent, while a page is in sight: what was sent shows within two.

INBOX = (FolderRole.INBOX,)
SENT_MAIL = (FolderRole.SENT, FolderRole.ALL)  # Seen: Gmail, which syncs All Mail alone.


@dataclass(frozen=True, slots=True)
class Heard:
    """Whether something happened in the Inbox, in other folders, and whether the bell rang."""

    inbox: bool = False
    elsewhere: bool = False
    bell: bool = False


class Watch:
    """The ears of one connection."""

    def __init__(self, client: ImapClient, account: EmailAccount, bell: Bell) -> None:
        self._client = client
        self._account = account
        self._bell = bell
        self._is_told_of_all = False
        self._has_doubts = False
        self._due: float | None = None
        self._sent: Folder | None = None
        self._told_of_sent: Status | None = None

    async def begin(self) -> None:
        """Have the server tell of every folder, if it can."""
        if "NOTIFY" in self._client.capabilities:
            with suppress(CommandRefused):
                await self._client.notify()
                self._is_told_of_all = True

    async def hear(self, parser: LimitedParser) -> Heard:
        """Wait for something to happen; nothing heard means that it is time to look anyway."""
        if await self._is_to_be_looked_at():
            return Heard(inbox=True)
        if self._due is None:
            self._due = now() + (TOLD_SECONDS if self._is_told_of_all else POLL_SECONDS)
        notices = await self._listen(parser)
        while not notices and not self._bell.is_set() and now() < self._due:
            if await self._has_sent_moved():
                self._due = now()
                break
            notices = self._client.pending_notices() or await self._listen(parser)
        return self._what(notices)

    async def _listen(self, parser: LimitedParser) -> list[Notice]:
        """What is told, at the latest when it is time to ask something."""
        async with self._client.idle() as notices:
            hearing = asyncio.ensure_future(anext(notices))
            ringing = asyncio.ensure_future(self._bell.wait())
            waits: set[asyncio.Future[Any]] = {hearing, ringing}
            try:
                seconds = self._seconds_to_listen()
                await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                told = [hearing.result()] if hearing.done() else []
                if any(isinstance(notice, Exists) for notice in told):
                    parser.begin()  # It loads while IDLE ends and the Inbox is looked at.
            finally:
                for wait in waits:
                    wait.cancel()
        return told + self._client.pending_notices()

    def _seconds_to_listen(self) -> float:
        left = max(0.0, (self._due or 0.0) - now())
        asks_for_sent = self._sent and self._bell.is_in_sight and not self._is_told_of_all
        return min(left, SIGHT_SECONDS) if asks_for_sent else left

    async def _has_sent_moved(self) -> bool:
        """Whether the counts of Sent are others than the last pass left; told twice, only once."""
        if self._sent is None:
            return False
        told = None
        with suppress(FolderVanished, CommandRefused):
            told = await self._client.status(self._sent.name)
        is_news = told is not None and told != self._told_of_sent
        self._told_of_sent = told
        return is_news and has_moved(self._sent, told)

    def _what(self, notices: list[Notice]) -> Heard:
        """What was heard. An Inbox that never rests keeps nobody from looking at all the others."""
        is_rung = self._bell.is_set()
        self._bell.clear()
        heard = what_is_told(notices, is_rung=is_rung)
        if heard == Heard(inbox=True) and now() >= (self._due or 0.0):
            heard = Heard(inbox=True, elsewhere=True)
        if heard != Heard(inbox=True):
            self._due = None
        return heard

    async def _is_to_be_looked_at(self) -> bool:
        """Open the Inbox to listen; whether it was opened otherwise than the last pass left it.

        Only once in a row: a pass may have its reasons to leave it so.
        """
        folders = await in_database(folders_to_sync, self._account)
        inbox, self._sent = find_role(folders, INBOX), find_role(folders, SENT_MAIL)
        if inbox is None:
            return False
        with suppress(FolderVanished, CommandRefused):
            if self._client.opened != inbox.name:
                await self._client.examine(inbox.name)
        is_other = self._client.opened == inbox.name and not is_as_left(
            self._client.selected, inbox
        )
        self._has_doubts = is_other and not self._has_doubts
        return self._has_doubts


def now() -> float:
    """The time of this event loop."""
    return asyncio.get_running_loop().time()


def what_is_told(notices: Collection[Notice], *, is_rung: bool) -> Heard:
    """Of which folders it is told: one that left the open one is in another by now."""
    is_elsewhere = any(isinstance(one, ElsewhereChanged | Expunged | Vanished) for one in notices)
    is_inbox = any(not isinstance(one, ElsewhereChanged) for one in notices)
    return Heard(is_inbox, is_elsewhere, is_rung)


def is_as_left(selected: Selected, inbox: Folder) -> bool:
    """Whether the open folder has the counts of its cursor."""
    told = believable(selected)
    uidnext = told.uidnext or inbox.uidnext
    cursor = inbox.uidnext, inbox.server_count, inbox.highestmodseq
    return (uidnext, told.exists, told.highestmodseq) == cursor


def find_inbox(account: EmailAccount) -> Folder | None:
    """The account's Inbox, if it is synced."""
    return find_role(folders_to_sync(account), INBOX)


def find_role(folders: Iterable[Folder], roles: Iterable[FolderRole]) -> Folder | None:
    """The folder with the first of these roles that any has."""
    by_role = {folder.role: folder for folder in folders}
    return next((by_role[role] for role in roles if role in by_role), None)
