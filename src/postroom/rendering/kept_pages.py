"""What was laid out last, by the digest of the bytes: whoever may see these sees the same.

The page and the frame in it are two requests for one opening; and what was too much is not tried
again at each look. Kept in the memory of one web process, for minutes.
"""

from collections import OrderedDict
from threading import Lock
from typing import Final

from postroom.rendering.laying_out import LaidOut

MOST_PAGES: Final = 200
MOST_CHARACTERS: Final = 32 * 1024 * 1024  # One email alone may be more.
SECONDS: Final = 600.0


class KeptPages:
    """A few pages, each for a while. `now` is monotonic seconds. For any number of threads."""

    def __init__(self) -> None:
        self._pages: OrderedDict[bytes, tuple[float, LaidOut]] = OrderedDict()
        self._lock = Lock()

    def find(self, digest: bytes, now: float) -> LaidOut | None:
        """The page of these bytes, if it is still kept."""
        with self._lock:
            since, page = self._pages.get(digest, (now - SECONDS, None))
            return page if now - since < SECONDS else None

    def keep(self, digest: bytes, page: LaidOut, now: float) -> None:
        """Keep the page, and of the others those that are recent enough and fit beside it."""
        with self._lock:
            self._pages.pop(digest, None)
            self._pages[digest] = now, page
            while self._is_too_much(now):
                self._pages.popitem(last=False)

    def _is_too_much(self, now: float) -> bool:
        kept = self._pages.values()
        if len(kept) < 2:
            return False
        oldest, _ = next(iter(kept))
        size = sum(page.size for _, page in kept)
        return now - oldest >= SECONDS or len(kept) > MOST_PAGES or size > MOST_CHARACTERS
