"""The bell of an account that is kept in sync."""

import asyncio

SIGHT_SECONDS = 45.0  # A page in sight says so every twenty.


class Bell(asyncio.Event):
    """Rung when something here waits to be done there, or somebody begins to look at its mail."""

    def __init__(self) -> None:
        super().__init__()
        self._in_sight_until = 0.0

    @property
    def is_in_sight(self) -> bool:
        """Whether somebody has a page with the account's mail before them."""
        return asyncio.get_running_loop().time() < self._in_sight_until

    def note_sight(self) -> None:
        """Somebody has one now."""
        if not self.is_in_sight:
            self.set()
        self._in_sight_until = asyncio.get_running_loop().time() + SIGHT_SECONDS
