"""One process within limits: what it answers, what ends it, and what does not.

The work is the standard library's: functions that a fresh process can load by name.
"""

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

from postroom.confinement.limits import Limits
from postroom.confinement.process import ConfinedProcess
from postroom.confinement.raised import Raised

LIMITS = Limits(cpu_seconds=0.5, memory=256 * 1024 * 1024, seconds=20.0)
# Hours of CPU in one call of C, which no other thread and no Python signal can interrupt.
ENDLESS = 10**8
PARENT = """
import time
from postroom.confinement.limits import Limits
from postroom.confinement.process import ConfinedProcess
process = ConfinedProcess(Limits(0.5, 2**28, 20.0))
process.answers(len, [b"it runs"])
print("it runs", flush=True)
time.sleep(600)
"""


@pytest.fixture
def process() -> Iterator[ConfinedProcess]:
    made = ConfinedProcess(LIMITS)
    yield made
    made.close()


def confined(parent: int | None = None) -> list[psutil.Process]:
    """A parent's processes that are confined to LIMITS; other children are others' business."""
    found = []
    for child in psutil.Process(parent).children():
        with suppress(psutil.ZombieProcess):
            if child.cmdline()[-1:] == [str(LIMITS.memory)]:
                found.append(child)
    return found


def test_it_answers_each_piece_in_order(process: ConfinedProcess) -> None:
    assert process.answers(len, [b"a", b"bc", b""]) == [1, 2, 0]
    assert process.answers(len, []) == []


def test_it_stays_for_the_next_work(process: ConfinedProcess) -> None:
    assert process.answers(os.getsid, [0]) == process.answers(os.getsid, [0])
    [before] = confined()
    process.answers(len, [b""])
    assert confined() == [before]


def test_what_raises_is_named_and_stops_nothing(process: ConfinedProcess) -> None:
    assert process.answers(int, ["1", "secret", "3"]) == [1, Raised("ValueError"), 3]


def test_memory_beyond_the_limit_is_refused(process: ConfinedProcess) -> None:
    assert process.answers(bytes, [10]) == [bytes(10)]
    assert process.answers(bytes, [LIMITS.memory]) == [Raised("MemoryError")]
    assert len(bytes(LIMITS.memory)) == LIMITS.memory, "the control: unconfined there is room"


@pytest.mark.parametrize(
    ("work", "argument"),
    [(math.factorial, ENDLESS), (signal.raise_signal, signal.SIGKILL)],
    ids=["too long", "killed"],
)
def test_what_ends_it_has_no_answer_and_the_next_goes_on(
    work: Callable[[int], object], argument: int, process: ConfinedProcess
) -> None:
    assert process.answers(work, [argument]) == []
    assert process.answers(math.factorial, [3, ENDLESS, 4]) == [6]
    assert process.answers(len, [b"ab"]) == [2]


def test_waiting_is_no_use_of_time(process: ConfinedProcess) -> None:
    assert process.answers(time.sleep, [2 * LIMITS.cpu_seconds]) == [None]


def test_who_waits_for_an_answer_waits_no_longer_than_the_clock_allows() -> None:
    impatient = ConfinedProcess(Limits(cpu_seconds=5, memory=LIMITS.memory, seconds=0.2))
    assert impatient.answers(time.sleep, [600]) == []
    assert confined() == []


def test_a_process_that_was_killed_in_between_is_missed_by_nobody(
    process: ConfinedProcess,
) -> None:
    process.answers(len, [b""])
    [child] = confined()
    child.kill()
    child.wait(20)
    assert process.answers(len, [b"ab"]) == [2]


def test_it_does_not_outlive_a_parent_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"it runs\n"
        [child] = confined(parent.pid)
        parent.kill()
        child.wait(20)
    assert not child.is_running()
