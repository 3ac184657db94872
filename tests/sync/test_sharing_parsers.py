"""All accounts of an engine read mail in the same few processes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psutil
import pytest

from cast import message
from postroom.sync.outcomes import ReadMessage
from postroom.sync.parsing import LimitedParser

THREADS, ACCOUNTS = 2, 12


@pytest.fixture
def parser() -> Iterator[LimitedParser]:
    made = LimitedParser()
    yield made
    made.close()


def processes() -> int:
    """How many this program has begun, and did not end."""
    lines = (child.cmdline() for child in psutil.Process().children())
    return sum("postroom.confinement.program" in line for line in lines)


def test_there_are_as_many_processes_as_threads_that_read(parser: LimitedParser) -> None:
    others, together = processes(), Barrier(THREADS)

    def read(number: int) -> bool:
        if number < THREADS:
            together.wait()
        [outcome] = parser.parse([message(f"Mail {number}")])
        return isinstance(outcome, ReadMessage)

    with ThreadPoolExecutor(THREADS) as threads:
        assert all(threads.map(read, range(ACCOUNTS)))
    assert 1 <= processes() - others <= THREADS


def test_one_is_begun_for_all_who_expect_mail_and_ended_when_it_is_idle(
    parser: LimitedParser,
) -> None:
    others = processes()
    for _ in range(ACCOUNTS):
        parser.begin()
    assert processes() - others == 1
    parser.end_idle(3600)
    assert processes() - others == 1
    parser.end_idle(0)
    assert processes() == others
