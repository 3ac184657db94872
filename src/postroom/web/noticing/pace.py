"""How often one address may ask for what stands in noticed emails: nobody tries tokens out.

Counted in this process alone and forgotten after a minute, as nothing of who asks is to be kept.
Image proxies of large mail services ask for many at a time.
"""

from time import monotonic
from typing import Final

SECONDS: Final = 60.0
TURNS: Final = 240
MOST_ADDRESSES: Final = 20_000


class Pace:
    """Turns within the running minute, by address."""

    def __init__(self, turns: int = TURNS) -> None:
        self.turns = turns
        self.began = 0.0
        self.taken: dict[str, int] = {}

    def allows(self, address: str, now: float | None = None) -> bool:
        """Take a turn; False when all are taken. Too many addresses count as one."""
        now = monotonic() if now is None else now
        if now - self.began >= SECONDS:
            self.began, self.taken = now, {}
        if address not in self.taken and len(self.taken) >= MOST_ADDRESSES:
            address = ""
        self.taken[address] = self.taken.get(address, 0) + 1
        return self.taken[address] <= self.turns


PACE: Final = Pace()
