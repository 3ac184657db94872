"""Crafted messages: each is read within two seconds and 256 MB; a naive reader is shown to fail."""

import email
import multiprocessing
import resource
import time
from email import policy
from multiprocessing.connection import Connection

import pytest

from mime.bombs import BOMBS
from mime.invariants import assert_storable
from postroom.mime import parse_headers, parse_message, stable_identity

SECONDS = 2.0
MEGABYTES = 256


@pytest.mark.parametrize("name", BOMBS)
def test_it_reads_a_bomb_within_two_seconds_and_256_mb(name: str) -> None:
    seconds, megabytes = _measured(name)
    assert seconds <= SECONDS
    assert megabytes <= MEGABYTES


def test_it_has_defused_enough_bombs() -> None:
    print(f"bombs: {len(BOMBS)}")
    assert len(BOMBS) >= 80


@pytest.mark.parametrize("name", ["400 open comments", "1,000 nested multiparts"])
def test_the_standard_library_breaks_on_it(name: str) -> None:
    """The control: these are not harmless."""
    with pytest.raises(RecursionError):
        _ = email.message_from_bytes(BOMBS[name](), policy=policy.default)["To"]


def _measured(name: str) -> tuple[float, float]:
    """Read the bomb in a process of its own; return its seconds of CPU and its growth in MB."""
    ours, theirs = multiprocessing.Pipe()
    reader = multiprocessing.get_context("fork").Process(target=_read, args=(name, theirs))
    reader.start()
    theirs.close()
    try:
        measured: tuple[float, float] = ours.recv()
    finally:
        reader.join(60)
    assert reader.exitcode == 0
    return measured


def _read(name: str, results: Connection) -> None:
    raw = BOMBS[name]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    message = parse_message(raw)
    seconds = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    parse_headers(raw)
    stable_identity(raw)
    assert_storable(message)
    results.send((seconds, (after - before) / 1024))
