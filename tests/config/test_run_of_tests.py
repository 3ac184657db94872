"""A run of the tests cleans up after itself, however it ends. These tests run tests."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

TESTS = Path(__file__).parents[1]
WAITS = """
import time

def test_it_waits(postgres_server, data_dir):
    from postroom.config import postgres
    postgres.ensure_running(data_dir)
    print("folders", postgres_server, data_dir, flush=True)
    time.sleep(600)
"""


@contextmanager
def run_of_tests(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", list[Path]]]:
    """A run of one test that uses two databases and waits; with the folders of both."""
    sample = folder / "config" / "test_sample.py"
    sample.parent.mkdir()
    sample.write_text(WAITS)
    options = ("-s", "-p", "conftest", "-p", "no:cacheprovider", "--rootdir", folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, sample],
        env={"PYTHONPATH": str(TESTS), "PATH": "/usr/bin:/bin"},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "folders" in line:
            break
    else:
        pytest.fail(said)
    try:
        yield process, [Path(word) for word in line.split("folders")[1].split()]
    finally:
        process.kill()
        process.communicate()


def servers_in(folders: list[Path]) -> list[int]:
    pids = [int(file.read_text().split()[0]) for folder in folders for file in pid_files(folder)]
    return [pid for pid in pids if psutil.pid_exists(pid)]


def pid_files(folder: Path) -> list[Path]:
    return list(folder.glob("postgres/cluster/postmaster.pid"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_server_and_no_folder(tmp_path: Path, number: int) -> None:
    with run_of_tests(tmp_path) as (process, folders):
        assert len(servers_in(folders)) == 2
        process.send_signal(number)
        process.communicate(timeout=30)
    assert not any(folder.exists() for folder in folders)


def test_what_a_killed_run_left_is_ended_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "killed").mkdir()
    (tmp_path / "next").mkdir()
    with run_of_tests(tmp_path / "killed") as (process, folders):
        process.kill()
        process.wait()
        # The control: this is what is left when nobody clears up.
        assert len(servers_in(folders)) == 2
    with run_of_tests(tmp_path / "next") as (process, others):
        assert not any(folder.exists() for folder in folders)
        assert len(servers_in(others)) == 2
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
