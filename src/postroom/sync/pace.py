"""How fast something is done: smoothed, so that a time left does not jump."""

from collections import deque
from statistics import median

STRETCHES = 9
STRETCH_SECONDS = 1.0


class Pace:
    """The median rate of the last few stretches of time.

    A mean would follow every pause of the server and every large message; a median leaves out
    what is not the rule. What was `done` before it began does not count.
    """

    def __init__(self, started: float, done: int = 0) -> None:
        self._started = self._from = started
        self._done = self._done_before = self._done_at_first = done
        self._rates: deque[float] = deque(maxlen=STRETCHES)

    def note(self, done: int, now: float) -> None:
        """So many are done in all at this moment (of a monotonic clock)."""
        self._done = done
        seconds = now - self._from
        if seconds >= STRETCH_SECONDS:
            self._rates.append((done - self._done_before) / seconds)
            self._from, self._done_before = now, done

    def rate(self, now: float) -> float:
        """So many a second; 0 while nothing is known."""
        if self._rates:
            return median(self._rates)
        seconds = now - self._started
        return (self._done - self._done_at_first) / seconds if seconds > 0 else 0.0
