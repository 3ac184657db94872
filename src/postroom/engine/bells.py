"""A bell for every account this engine keeps: rung when something here waits to be done there."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

from postroom.archive.announce import WORK_WAITING
from postroom.archive.listening import announcements
from postroom.crm.people import PEOPLE_CHANGED


class Bells:
    """The bells of one engine process."""

    def __init__(self) -> None:
        self._bells: dict[int, asyncio.Event] = {}

    @contextmanager
    def of(self, account_id: int) -> Iterator[asyncio.Event]:
        """The account's bell, for as long as it is kept here."""
        bell = self._bells[account_id] = asyncio.Event()
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

    async def listen(self) -> None:
        """Ring for what is announced, for ever."""
        async for heard in announcements((WORK_WAITING, PEOPLE_CHANGED)):
            if heard.channel == WORK_WAITING:
                self.ring(json.loads(heard.payload)["account"])
            else:
                self.ring_all()


BELLS = Bells()
