"""Sets of UIDs agree with Python's own sets, and what is none is refused."""

from collections.abc import Iterator

from postroom.imap.uid_set import UidSet

COUNTED_OUT = 5_000


def seeds() -> Iterator[bytes]:
    """Yield two sets with a `|` between them."""
    yield b"1:5,9|3:7"
    yield b"4294967295|1,3,5,7"
    yield b"9:7,2|"
    yield b"0|1:*"
    yield b"1:4294967295|2:9"


def check(octets: bytes) -> None:
    """Read two sets and reckon with them."""
    one, other = (read(part) for part in (octets + b"|").split(b"|")[:2])
    if one is None or other is None:
        return
    assert UidSet.parse(str(one)) == one
    together, both, rest = one | other, one & other, one - other
    assert len(together) == len(one) + len(other) - len(both)
    assert rest | both == one
    assert not rest & other
    if len(together) <= COUNTED_OUT:
        first, second = set(one), set(other)
        assert list(together) == sorted(first | second)
        assert list(both) == sorted(first & second)
        assert list(rest) == sorted(first - second)
        windows = [uid for window in one.windows_newest_first(7) for uid in window]
        assert sorted(windows) == list(one)
    parts = list(one.split_by_octets(30))
    assert all(len(str(part)) <= 30 for part in parts)
    assert sum(map(len, parts)) == len(one)


def read(text: bytes) -> UidSet | None:
    """Return the set, or None for what is none."""
    try:
        return UidSet.parse(text)
    except ValueError:
        return None
