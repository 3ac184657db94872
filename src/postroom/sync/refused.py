"""One message that a server refuses to give keeps no others away. Design §5, invariant 6.

Seen: Exchange, which answers NO where it cannot convert an item, and does not say which. Of what
was refused each half is asked for, down to the one message that is refused alone. It is to blame
if another one is given for the same question, and is set aside with the server's words; else the
folder is to blame, and is left for now.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress

from django.db.models import F

from postroom.archive.models import Folder, ServerCopy
from postroom.archive.quarantine import quarantine, quarantined_uids
from postroom.imap.responses import FetchedMessage
from postroom.imap.uid_set import UidSet
from postroom.net.errors import CommandRefused, FolderVanished, OverQuota
from postroom.net.fetch_stream import FetchStream
from postroom.sync.database import in_database
from postroom.sync.visit import Visit

REFUSED = "The mail server gives others and refuses to give this one. It said: “{}”"

IN_A_ROW = 20  # More than it takes to find one message among a window's.
WITNESSES = 3

OF_NO_MESSAGE = (FolderVanished, OverQuota)


class Sieve:
    """Asks for messages of the open folder, and finds those that the server refuses to give.

    `ask` puts the question.
    """

    def __init__(self, visit: Visit, folder: Folder, ask: Callable[[UidSet], FetchStream]) -> None:
        self._visit = visit
        self._folder = folder
        self._ask = ask
        self._given = UidSet()
        self._in_a_row = 0
        self._refused: dict[int, CommandRefused] = {}

    async def messages(self, uids: UidSet) -> AsyncIterator[FetchedMessage]:
        """Every message that is given, in the order of arrival."""
        waiting = [uids]
        while waiting:
            asked, came = waiting.pop(), set[int]()
            try:
                async for message in self._ask(asked):
                    came.add(message.uid)
                    self._note_given(message)
                    yield message
            except OF_NO_MESSAGE:
                raise
            except CommandRefused as refusal:
                waiting += await self._asked_next(asked, asked - UidSet(came), refusal)

    def _note_given(self, message: FetchedMessage) -> None:
        self._in_a_row = 0
        if is_given(message) and not self._given:
            self._given = UidSet([message.uid])

    async def _asked_next(
        self, asked: UidSet, rest: UidSet, refusal: CommandRefused
    ) -> Iterable[UidSet]:
        """Both halves of what was refused, the older one first, which is asked for last."""
        self._in_a_row += 1
        if self._in_a_row % IN_A_ROW == 0 and not await self._gives_another():
            raise refusal
        if len(asked) == 1 and rest:
            self._refused[asked.first] = refusal
            return ()
        return reversed([*rest.windows_newest_first((len(rest) + 1) // 2)])

    async def set_aside(self) -> list[int]:
        """Set aside what was refused, once all else is recorded; returns which that is.

        Raises the refusal if the messages are not to blame.
        """
        refused, self._refused = self._refused, {}
        if refused and not await self._gives_another():
            raise next(iter(refused.values()))
        for uid, refusal in refused.items():
            reason, now = REFUSED.format(refusal.words), self._visit.clock()
            await in_database(quarantine, self._folder, uid, reason, now, None)
        return list(refused)

    async def _gives_another(self) -> bool:
        """Whether the server gives, asked in the same words, what it gave before."""
        others = self._given or await in_database(smallest_recorded, self._folder)
        with suppress(CommandRefused):
            async for message in self._ask(others):
                if message.uid in others and is_given(message):
                    return True
        return False


def is_given(message: FetchedMessage) -> bool:
    """Whether more came than its number."""
    return bool(message.header or message.body)


def smallest_recorded(folder: Folder) -> UidSet:
    """Some recorded messages of a folder that are not set aside."""
    copies = ServerCopy.objects.filter(
        folder=folder, uidvalidity=folder.uidvalidity, gone_at=None, missed_at=None
    ).exclude(uid__in=quarantined_uids(folder))
    smallest = copies.order_by(F("email__size").asc(nulls_last=True))
    return UidSet(smallest.values_list("uid", flat=True)[:WITNESSES])
