"""The process tree of `postroom up`, with real processes and a real PostgreSQL.

A driver process runs the tree; its programs are small scripts that say what happens to them.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from postroom.cli import leash
from postroom.config import postgres

DRIVER = """
import json, os, sys
from postroom.cli import tree
for name, value in json.loads(os.environ["TREE_LIMITS"]).items():
    setattr(tree, name, value)
sys.exit(tree.run_tree(os.environ, [tree.Program(*p) for p in json.loads(sys.argv[1])]))
"""
SETTLED = "import os, sys, time; print('up', os.getpid()); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SETTLED
POLITE = """
import os, signal, sys, time
def leave(*_):
    print("goodbye"); sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("up", os.getpid())
time.sleep(600)
"""
ASKS = """
import os, psycopg
print(psycopg.connect(os.environ["DATABASE_URL"]).execute("SELECT current_database()").fetchone())
"""


class Driver:
    """A running tree and what it has said so far."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []

    def read_until(self, words: str) -> str:
        """Read on until a line has these words; return it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if words in line:
                return self.lines[-1]
        raise AssertionError(f"{words!r} was never said: {self.lines}")

    def pid_of(self, name: str) -> psutil.Process:
        """Wait until the program is up."""
        return psutil.Process(int(self.read_until(f"{name:<8} up").split()[-1]))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the status, all lines read."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=30)
        self.lines += rest.splitlines()
        return self.process.returncode


@contextmanager
def tree(data_dir: Path, programs: dict[str, str], **environ: str) -> Iterator[Driver]:
    commands = [(name, [sys.executable, "-c", code]) for name, code in programs.items()]
    limits = {"GRACE_SECONDS": 2.0, "FIRST_PAUSE_SECONDS": 0.05, "LAST_PAUSE_SECONDS": 0.2}
    inherited = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, json.dumps(commands)],
        env=inherited
        | {"POSTROOM_DATA_DIR": str(data_dir), "TREE_LIMITS": json.dumps(limits)}
        | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Driver(process)
    finally:
        process.kill()
        process.communicate()


def is_gone(process: psutil.Process, within: float = 3.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def server(postgres_server: Path) -> str:
    """The address of a database server that is not the tree's to start."""
    return os.environ["DATABASE_URL"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_brings_a_database_and_leaves_nothing_running(data_dir: Path, number: int) -> None:
    with tree(data_dir, {"web": ASKS + POLITE, "engine": POLITE}) as driver:
        up = [psutil.Process(int(driver.read_until(" up").split()[-1])) for _ in range(2)]
        assert "web      ('postroom',)" in driver.lines
        assert postgres.is_running(data_dir)
        assert driver.stop(number) == 0
        assert sorted(driver.lines[-2:]) == ["engine   goodbye", "web      goodbye"]
    assert all(is_gone(program) for program in up)
    assert not postgres.is_running(data_dir)


@pytest.mark.usefixtures("finished_database")
def test_it_leaves_the_database_to_others_who_use_it(data_dir: Path) -> None:
    with postgres.running(data_dir), tree(data_dir, {"web": SETTLED}) as driver:
        driver.pid_of("web")
        assert driver.stop() == 0
        assert postgres.is_running(data_dir)
    assert not postgres.is_running(data_dir)


def test_it_starts_no_database_where_one_is_given(data_dir: Path, server: str) -> None:
    with tree(data_dir, {"web": ASKS + SETTLED}, DATABASE_URL=server) as driver:
        driver.pid_of("web")
        assert driver.stop() == 0
    assert not data_dir.exists()


def test_a_program_that_dies_is_started_again_later_each_time(data_dir: Path, server: str) -> None:
    dies = "import sys; print('here'); sys.exit(3)"
    with tree(data_dir, {"web": dies, "engine": SETTLED}, DATABASE_URL=server) as driver:
        pauses = [driver.read_until("web      ended").split()[-2] for _ in range(4)]
        assert pauses == ["0.05", "0.1", "0.2", "0.2"]
        assert driver.lines.count("web      here") == 4
        assert driver.stop() == 0


def test_a_killed_program_is_started_again_and_the_other_left_alone(
    data_dir: Path, server: str
) -> None:
    with tree(data_dir, {"web": SETTLED, "engine": POLITE}, DATABASE_URL=server) as driver:
        ups = dict(driver.read_until(" up").replace(" up", "").split() for _ in range(2))
        os.kill(int(ups["web"]), signal.SIGKILL)
        assert "signal SIGKILL; starting it again" in driver.read_until("ended")
        assert driver.pid_of("web").pid != int(ups["web"])
        assert psutil.Process(int(ups["engine"])).is_running()
        assert driver.stop() == 0


def test_a_program_that_does_not_listen_is_killed(data_dir: Path, server: str) -> None:
    with tree(data_dir, {"web": DEAF}, DATABASE_URL=server) as driver:
        web = driver.pid_of("web")
        started = time.monotonic()
        assert driver.stop() == 0
        assert 2 <= time.monotonic() - started < 10
        assert "did not stop within 2 s and is killed" in driver.lines[-1]
        assert is_gone(web)


def test_programs_die_with_a_tree_that_is_killed(data_dir: Path, server: str) -> None:
    with tree(data_dir, {"web": DEAF}, DATABASE_URL=server) as driver:
        web = driver.pid_of("web")
        driver.process.kill()
        assert is_gone(web)


@pytest.mark.parametrize("leashed", [True, False])
def test_the_leash_holds_and_without_it_a_program_outlives_its_parent(leashed: bool) -> None:
    leads = f"[sys.executable, '-I', {leash.__file__!r}, str(os.getpid())]" if leashed else "[]"
    parent = f"""
import os, subprocess, sys, time
child = subprocess.Popen({leads} + ["sleep", "60"])
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        while child.name() != "sleep":
            time.sleep(0.01)
        process.kill()
    assert is_gone(child, within=1.0) is leashed
    if not leashed:
        child.kill()


def test_a_leash_whose_parent_is_already_gone_starts_nothing() -> None:
    command = [sys.executable, "-I", leash.__file__, "1", "echo", "started"]
    outcome = subprocess.run(command, capture_output=True, check=False)
    assert (outcome.returncode, outcome.stdout) == (1, b"")


@pytest.mark.usefixtures("finished_database")
def test_the_next_tree_finds_the_database_of_a_killed_one_and_stops_it(data_dir: Path) -> None:
    with tree(data_dir, {"web": SETTLED}) as driver:
        driver.pid_of("web")
        driver.process.kill()
    assert postgres.is_running(data_dir)
    with tree(data_dir, {"web": SETTLED}) as driver:
        driver.pid_of("web")
        assert driver.stop() == 0
    assert not postgres.is_running(data_dir)


@pytest.mark.usefixtures("finished_database")
def test_a_killed_database_comes_back_at_the_same_address(data_dir: Path) -> None:
    with tree(data_dir, {"web": SETTLED}) as driver:
        driver.pid_of("web")
        url = postgres.ensure_running(data_dir)
        pid_file = data_dir / "postgres" / "cluster" / "postmaster.pid"
        os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGKILL)
        driver.read_until("PostgreSQL is gone; starting it again")
        deadline = time.monotonic() + 10
        while not postgres.is_running(data_dir) and time.monotonic() < deadline:
            time.sleep(0.05)
        with psycopg.connect(postgres.ensure_running(data_dir)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert postgres.ensure_running(data_dir) == url
        assert driver.stop() == 0
    assert not postgres.is_running(data_dir)


def test_a_program_that_was_called_wrongly_ends_it_with_status_2(
    data_dir: Path, server: str
) -> None:
    keep = {"web": "import sys; sys.exit(2)", "engine": SETTLED}
    with tree(data_dir, keep, DATABASE_URL=server) as driver:
        driver.read_until("everything is stopped")
        assert driver.process.wait(10) == 2


def test_lines_are_passed_on_whole_however_odd(data_dir: Path, server: str) -> None:
    code = r"""
import sys, time
out = sys.stdout.buffer
out.write(b"one\n\ntwo\n"); out.flush()
out.write(b"\xff bad\n" + b"x" * 200_000 + b"\n" + b"no end"); out.flush()
sys.stderr.write("\nto stderr")
"""
    with tree(data_dir, {"web": code}, DATABASE_URL=server) as driver:
        driver.read_until("to stderr")
        assert driver.lines[:4] == [
            "web      one",
            "web      ",
            "web      two",
            "web      \ufffd bad",
        ]
        long = [line for line in driver.lines if "xxx" in line]
        assert sum(line.count("x") for line in long) == 200_000
        assert max(map(len, driver.lines)) <= 2 * 64 * 1024 + 9


def test_a_terminal_that_goes_away_does_not_end_it(data_dir: Path, server: str) -> None:
    chatty = "import os, time\nwhile True: print('up', os.getpid()); time.sleep(0.05)"
    with tree(data_dir, {"web": chatty}, DATABASE_URL=server) as driver:
        web = driver.pid_of("web")
        assert driver.process.stdout is not None
        driver.process.stdout.close()
        time.sleep(0.5)
        assert web.is_running()
        assert driver.process.poll() is None
        driver.process.terminate()
        assert driver.process.wait(10) == 0
        driver.process.stdout = None
