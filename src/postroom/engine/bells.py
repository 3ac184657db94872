"""A bell for every account this engine keeps: rung when something here waits to be done there."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from postroom.archive.announce import IN_SIGHT, WORK_WAITING
from postroom.archive.listening import announcements
from postroom.crm.people import PEOPLE_CHANGED
from postroom.sync.bell import Bell


class Bells:
    """The bells of one engine process."""

    def __init__(self) -> None:
        self._bells: dict[int, Bell] = {}

    @contextmanager
    def of(self, account_id: int) -> Iterator[Bell]:
        """The account's bell, for as long as it is kept here."""
        bell = self._bells[account_id] = Bell()
        try:
            yield bell
        finally:
            # A successor may be here already, if the job was given to others and back.
            if self._bells.get(account_id) is bell:
                del self._bells[account_id]

    def ring(self, account_id: int) -> None:
        """Wake the account's keeper, if it is kept here."""
        if bell := self._bells.get(account_id):
            bell.set()

    def ring_all(self) -> None:
        """Wake every keeper: someone's addresses changed, or announcements were lost."""
        for bell in self._bells.values():
            bell.set()

    def note_sight(self, account_ids: Collection[int]) -> None:
        """Somebody looks at mail of these accounts; those kept here are asked more often."""
        for account_id in account_ids:
            if bell := self._bells.get(account_id):
                bell.note_sight()

    async def listen(self) -> None:
        """Ring for what is announced, for ever."""
        async for heard in announcements((WORK_WAITING, PEOPLE_CHANGED, IN_SIGHT)):
            if heard.channel == WORK_WAITING:
                self.ring(json.loads(heard.payload)["account"])
            elif heard.channel == IN_SIGHT:
                self.note_sight(json.loads(heard.payload)["accounts"])
            else:
                self.ring_all()


BELLS = Bells()
