"""Sets of UIDs against Python's own sets, and with a million of them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.imap.uid_set import UID_MAX, UidSet

UIDS = st.sets(st.integers(1, 300) | st.integers(UID_MAX - 40, UID_MAX))


@given(UIDS, UIDS)
def test_it_agrees_with_python_sets(one: set[int], other: set[int]) -> None:
    a, b = UidSet(one), UidSet(other)
    assert list(a) == sorted(one)
    assert len(a) == len(one)
    assert set(a | b) == one | other
    assert set(a & b) == one & other
    assert set(a - b) == one - other
    assert all((uid in a) == (uid in one) for uid in [*other, 0, 150, UID_MAX])
    assert (a == b) == (one == other)
    assert UidSet.parse(str(a)) == a


@given(UIDS, st.integers(1, 50))
def test_windows_cover_everything_newest_first(uids: set[int], size: int) -> None:
    windows = list(UidSet(uids).windows_newest_first(size))
    together = [uid for window in windows for uid in sorted(window, reverse=True)]
    assert together == sorted(uids, reverse=True)
    assert all(len(window) == size for window in windows[:-1])


@given(UIDS, st.integers(22, 60))
def test_split_parts_fit_the_line(uids: set[int], octets: int) -> None:
    parts = list(UidSet(uids).split_by_octets(octets))
    assert [uid for part in parts for uid in part] == sorted(uids)
    assert all(len(str(part)) <= octets for part in parts)


@pytest.mark.parametrize(
    ("text", "uids"),
    [("1", [1]), ("5:7", [5, 6, 7]), ("7:5", [5, 6, 7]), ("1,3,2", [1, 2, 3]), ("", [])],
)
def test_it_reads_the_wire_form(text: str, uids: list[int]) -> None:
    assert list(UidSet.parse(text)) == uids


@pytest.mark.parametrize("text", ["0", "x", "1:", ":1", "1:*", "-1", "1,", "4294967296", "1:2:3"])
def test_it_refuses_what_is_no_set(text: str) -> None:
    with pytest.raises(ValueError, match="UID"):
        UidSet.parse(text)


def test_a_million_scattered_uids_are_quick() -> None:
    began = time.process_time()
    odd = UidSet(range(1, 2_000_000, 2))
    even = UidSet.parse(",".join(str(uid) for uid in range(2, 2_000_001, 2)))
    assert len(odd) == len(even) == 1_000_000
    assert str(odd | even) == "1:2000000"
    assert not odd & even
    assert len(list(odd.windows_newest_first(5_000))) == 200
    assert time.process_time() - began < 20


def test_it_tells_its_ends() -> None:
    assert (UidSet([9, 3]).first, UidSet([9, 3]).last) == (3, 9)
    assert repr(UidSet([1, 2, 9])) == "UidSet(1:2,9 · 3)"
    assert not UidSet.between(5, 4)
