"""Sets of UIDs as ranges: a million UIDs in two arrays, set algebra without expanding them.

RFC 3501 §9 (`sequence-set`), with `*` left out: what we mean, we can name.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Self

UID_MAX: Final = 2**32 - 1


class UidSet:
    """An immutable set of UIDs, kept as sorted ranges that neither overlap nor touch."""

    __slots__ = ("_ends", "_length", "_starts")

    def __init__(self, uids: Iterable[int] = ()) -> None:
        ordered = uids if isinstance(uids, range) and uids.step == 1 else sorted(set(uids))
        self._fill(_runs(ordered))

    @classmethod
    def from_ranges(cls, ranges: Iterable[tuple[int, int]]) -> Self:
        """Build from `(first, last)` pairs in any order; overlaps are welcome."""
        made = cls.__new__(cls)
        made._fill(_merged(sorted(ranges)))
        return made

    @classmethod
    def between(cls, first: int, last: int) -> Self:
        """Return every UID from `first` to `last`; nothing when they are the wrong way round."""
        return cls.from_ranges([(first, last)] if first <= last else [])

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Read the wire form, `1:5,9`; `9:7` means 7 to 9 (RFC 3501 §9). Raises ValueError."""
        source = text if isinstance(text, bytes) else text.encode("ascii")
        return cls.from_ranges(parse_ranges(source)) if source else cls()

    def _fill(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._starts = array("I")
        self._ends = array("I")
        for first, last in ranges:
            if not 1 <= first <= last <= UID_MAX:
                raise ValueError(f"no UIDs: {first}:{last}")
            self._starts.append(first)
            self._ends.append(last)
        self._length = sum(self._ends) - sum(self._starts) + len(self._starts)

    @property
    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield `(first, last)` in order."""
        return zip(self._starts, self._ends, strict=True)

    @property
    def range_count(self) -> int:
        """How many ranges it is kept as."""
        return len(self._starts)

    @property
    def first(self) -> int:
        """The lowest UID. Raises IndexError when there is none."""
        return self._starts[0]

    @property
    def last(self) -> int:
        """The highest UID. Raises IndexError when there is none."""
        return self._ends[-1]

    def __len__(self) -> int:
        return self._length

    def __bool__(self) -> bool:
        return bool(self._starts)

    def __iter__(self) -> Iterator[int]:
        for first, last in self.ranges:
            yield from range(first, last + 1)

    def __contains__(self, uid: object) -> bool:
        if not isinstance(uid, int):
            return False
        position = bisect_right(self._starts, uid) - 1
        return position >= 0 and uid <= self._ends[position]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, UidSet):
            return NotImplemented
        return self._starts == other._starts and self._ends == other._ends

    def __hash__(self) -> int:
        return hash((self._starts.tobytes(), self._ends.tobytes()))

    def __str__(self) -> str:
        """The wire form; empty for the empty set, which no command may carry."""
        return ",".join(f"{a}:{b}" if a != b else str(a) for a, b in self.ranges)

    def __repr__(self) -> str:
        shown = ",".join(f"{a}:{b}" if a != b else str(a) for a, b in islice(self.ranges, 5))
        more = ",…" if len(self._starts) > 5 else ""
        return f"UidSet({shown}{more} · {self._length})"

    def __or__(self, other: "UidSet") -> "UidSet":
        return UidSet.from_ranges([*self.ranges, *other.ranges])

    def __and__(self, other: "UidSet") -> "UidSet":
        return UidSet.from_ranges(_common(self, other))

    def __sub__(self, other: "UidSet") -> "UidSet":
        return self & other._complement()

    def union(self, other: "UidSet") -> "UidSet":
        """Return what is in either."""
        return self | other

    def intersection(self, other: "UidSet") -> "UidSet":
        """Return what is in both."""
        return self & other

    def difference(self, other: "UidSet") -> "UidSet":
        """Return what is here and not in `other`."""
        return self - other

    def windows_newest_first(self, size: int) -> Iterator["UidSet"]:
        """Yield disjoint sets of at most `size` UIDs, the highest first; together they are this."""
        window: list[tuple[int, int]] = []
        room = size
        for first, last in zip(reversed(self._starts), reversed(self._ends), strict=True):
            while first <= last:
                low = max(first, last - room + 1)
                window.append((low, last))
                room -= last - low + 1
                last = low - 1
                if not room:
                    yield UidSet.from_ranges(window)
                    window, room = [], size
        if window:
            yield UidSet.from_ranges(window)

    def split_by_octets(self, octets: int) -> Iterator["UidSet"]:
        """Yield sets in order whose wire forms have at most `octets` octets each.

        Servers bound a command line (RFC 2683 §3.2.1.5 asks them for 8,000 octets).
        """
        part: list[tuple[int, int]] = []
        room = octets
        for first, last in self.ranges:
            needs = len(str(first)) + (len(str(last)) + 1 if last != first else 0) + 1
            if needs > room and part:
                yield UidSet.from_ranges(part)
                part, room = [], octets
            part.append((first, last))
            room -= needs
        if part:
            yield UidSet.from_ranges(part)

    def _complement(self) -> "UidSet":
        gaps = []
        free = 1
        for first, last in self.ranges:
            if free < first:
                gaps.append((free, first - 1))
            free = last + 1
        if free <= UID_MAX:
            gaps.append((free, UID_MAX))
        return UidSet.from_ranges(gaps)


def parse_ranges(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the wire form in their own order, each upwards. Raises ValueError."""
    return map(_parse_range, text.split(b","))


def _parse_range(text: bytes) -> tuple[int, int]:
    first, colon, last = text.partition(b":")
    if not first.isdigit() or (colon and not last.isdigit()) or len(text) > 21:
        raise ValueError(f"not a range of UIDs: {text[:40]!r}")
    low = int(first)
    high = int(last) if colon else low
    return (low, high) if low <= high else (high, low)


def _runs(ordered: Iterable[int]) -> Iterator[tuple[int, int]]:
    if isinstance(ordered, range):
        if ordered:
            yield ordered[0], ordered[-1]
        return
    first = last = 0
    for uid in ordered:
        if uid == last + 1 and last:
            last = uid
            continue
        if last:
            yield first, last
        if uid < 1:
            raise ValueError(f"no UID: {uid}")
        first = last = uid
    if last:
        yield first, last


def _merged(ordered: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    held: tuple[int, int] | None = None
    for first, last in ordered:
        if held is not None and first <= held[1] + 1:
            held = (held[0], max(held[1], last))
            continue
        if held is not None:
            yield held
        held = (first, last)
    if held is not None:
        yield held


def _common(one: UidSet, other: UidSet) -> Iterator[tuple[int, int]]:
    left, right = one.ranges, other.ranges
    a, b = next(left, None), next(right, None)
    while a is not None and b is not None:
        low, high = max(a[0], b[0]), min(a[1], b[1])
        if low <= high:
            yield low, high
        if a[1] < b[1]:
            a = next(left, None)
        else:
            b = next(right, None)
