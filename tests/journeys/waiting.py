"""Wait for what another process does, and say how long it took."""

import time
from collections.abc import Callable


def seconds_until(condition: Callable[[], object], limit: float, every: float = 0.02) -> float:
    """Wait until the condition holds and return the seconds it took; fail after `limit`."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < limit, f"not within {limit} seconds"
        time.sleep(every)
    return time.monotonic() - begun
