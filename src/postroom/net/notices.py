"""What changed in the open mailbox, unasked: hints to look, never the truth."""

from collections import deque
from dataclasses import dataclass

from postroom.imap.limits import Limits
from postroom.imap.responses import Exists, Expunged, FetchedMessage, Response, StatusOf, Vanished


@dataclass(frozen=True, slots=True)
class FlagsChanged:
    """A message's flags are now these; servers may leave its UID out."""

    uid: int | None
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class ElsewhereChanged:
    """Another mailbox changed; its name as on the wire (RFC 5465)."""

    wire_name: bytes


Notice = Exists | Expunged | FlagsChanged | Vanished | ElsewhereChanged


class Notices:
    """Those nobody has taken yet: so many and so much, and the oldest go first."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.notices
        self._room = limits.notice_octets
        self._kept: deque[tuple[Notice, int]] = deque()

    def keep(self, response: Response) -> None:
        """Keep what a response says of a change, if it is one."""
        notice = _notice(response)
        if notice is None:
            return
        self._kept.append((notice, _weight(notice)))
        self._room -= self._kept[-1][1]
        while len(self._kept) > self._most or (self._room < 0 and len(self._kept) > 1):
            self.take()

    def take(self) -> Notice | None:
        """Take the oldest, if there is one."""
        if not self._kept:
            return None
        notice, weight = self._kept.popleft()
        self._room += weight
        return notice

    def close_mailbox(self) -> None:
        """Forget what was told of the mailbox that was open; of others it holds still."""
        kept = [one for one in self._kept if isinstance(one[0], ElsewhereChanged)]
        self.clear()
        self._kept.extend(kept)
        self._room -= sum(weight for _, weight in kept)

    def clear(self) -> None:
        """Forget them all."""
        while self.take() is not None:
            pass


def _notice(response: Response) -> Notice | None:
    match response:
        case Exists() | Expunged() | Vanished():
            return response
        case FetchedMessage(uid=uid, flags=frozenset() as flags):
            return FlagsChanged(uid or None, flags)
        case StatusOf(wire_name=wire_name):
            return ElsewhereChanged(wire_name)
    return None


def _weight(notice: Notice) -> int:
    match notice:
        case Vanished(uids):
            return 8 * uids.range_count
        case FlagsChanged(_, flags):
            return sum(map(len, flags))
        case ElsewhereChanged(wire_name):
            return len(wire_name)
    return 0
