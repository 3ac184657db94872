"""A day's budget for existing mail, and the ways in which a pass is held back.

New mail is never held back: see `planning` for which mail is which.
"""

from typing import Protocol


class Meter(Protocol):
    """A connection that counts what it receives."""

    @property
    def octets_received(self) -> int:
        """How much came so far."""


class HeldBack(Exception):
    """A pass ends early and nothing is wrong; what is recorded stays, a later one goes on."""


class DayUsedUp(HeldBack):
    """The day's budget is used up in the middle of a pass."""


class PauseAsked(HeldBack):
    """Somebody paused the account in the middle of a pass."""


class Budget:
    """What is left of a day for one account, measured at its connection.

    A pass that runs over midnight is counted to the day on which it began, and what was on its way
    when the budget ended is counted too. `left_out` tells whether existing mail had to wait.
    """

    def __init__(self, allowed: int | None, used: int) -> None:
        self.left_out = False
        self._allowed = allowed
        self._used = used
        self._was_used_up = self.is_used_up
        self._meter: Meter | None = None
        self._read_at = 0
        self._unwritten = 0

    def measure(self, meter: Meter) -> None:
        """Count at this connection from now on."""
        if meter is not self._meter:
            self._meter, self._read_at = meter, meter.octets_received

    def count(self) -> None:
        """Count what came since the last count."""
        if self._meter is not None:
            now = self._meter.octets_received
            octets, self._read_at = now - self._read_at, now
            self._used += octets
            self._unwritten += octets

    def take_unwritten(self) -> int:
        """What was counted since it was last written down."""
        octets, self._unwritten = self._unwritten, 0
        return octets

    @property
    def is_used_up(self) -> bool:
        """Whether existing mail must wait for another day."""
        return self._allowed is not None and self._used >= self._allowed

    def ends_now(self) -> bool:
        """Whether it was used up by this pass; once: who goes on brings new mail only."""
        ends = self.is_used_up and not self._was_used_up
        self._was_used_up = self.is_used_up
        return ends
