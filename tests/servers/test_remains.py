"""Who is told to end takes the servers along; what a killed run left goes with the next."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from journeys.waiting import seconds_until
from servers.dovecot import dovecot

TESTS = Path(__file__).parents[1]
MEASURE = f"""
import sys, time
sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]
from bench.ending import end_tidily
from servers.dovecot import dovecot
end_tidily()
with dovecot({{}}) as server:
    print(server.directory, server.process.pid, flush=True)
    time.sleep(120)
"""


@contextmanager
def measuring() -> "Iterator[tuple[subprocess.Popen[str], Path, int]]":
    """A program with a Dovecot; its folder and the server's process id."""
    program = subprocess.Popen([sys.executable, "-c", MEASURE], stdout=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        folder, pid = program.stdout.readline().split()
        yield program, Path(folder), int(pid)
    finally:
        program.kill()
        program.wait()


def test_who_is_told_to_end_leaves_no_server() -> None:
    with measuring() as (program, folder, server):
        assert folder.is_dir()
        program.send_signal(signal.SIGTERM)
        program.wait(30)
    assert not folder.exists()
    assert not psutil.pid_exists(server)


def test_what_a_killed_run_left_is_cleared_by_the_next() -> None:
    """Another run beside this one may be the next, and be faster."""
    with measuring() as (_, folder, server):
        assert folder.is_dir()
    with measuring() as (_, others, _):
        seconds_until(lambda: not folder.exists() and not psutil.pid_exists(server), 20)
        with dovecot({}):
            assert others.is_dir()
