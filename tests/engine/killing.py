"""Postroom's processes on a machine where any of them may be killed: engine, web, PostgreSQL."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from postroom.config import postgres
from postroom.config.postgres_conf import ROLE, SUPERUSER

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Cluster:
    """An embedded PostgreSQL as users have it: its commits are on disk when they return."""

    data_dir: Path

    def start(self) -> None:
        """Start the server if it does not run."""
        if not postgres.is_running(self.data_dir):
            postgres.ensure_running(self.data_dir)

    def url(self, database: str = "postroom") -> str:
        """The address of a database of the running server."""
        address = postgres.ensure_running(self.data_dir)
        return address.replace("@/postroom", f"@/{database}")

    def copy(self, template: str, name: str) -> str:
        """Make a database like another and return its address."""
        self.as_superuser("CREATE DATABASE {} TEMPLATE {} OWNER {}", name, template, ROLE)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still in it."""
        self.as_superuser("DROP DATABASE {} WITH (FORCE)", name)

    def as_superuser(self, statement: str, *names: str) -> None:
        """Run a statement about databases."""
        quoted = [sql.Identifier(name) for name in names]
        address = make_conninfo(self.url("postgres"), user=SUPERUSER)
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(sql.SQL(statement).format(*quoted))

    def kill(self) -> None:
        """Kill the server and all its processes at once, as a power cut would."""
        pid_file = self.data_dir / "postgres" / "cluster" / "postmaster.pid"
        postmaster = psutil.Process(int(pid_file.read_text().split()[0]))
        for process in [postmaster, *postmaster.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs([postmaster], timeout=10)


class Nursery:
    """Where programs are started by fork; the current one of each name can be killed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._pids: dict[str, int] = {}

    def start(self, program: str, command: str | None = None) -> None:
        """Start a program, called as its command unless that runs more than once.

        Nothing happens if it runs.
        """
        if self.is_running(program):
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(command or program, file=self._process.stdin, flush=True)
        self._pids[program] = int(self._process.stdout.readline())

    def is_running(self, program: str) -> bool:
        """Whether it was started and has not ended."""
        return program in self._pids and psutil.pid_exists(self._pids[program])

    def connections(self, program: str, port: int) -> int:
        """How many connections to this port a program holds."""
        found = psutil.Process(self._pids[program]).net_connections("tcp")
        return sum(bool(one.raddr) and one.raddr.port == port for one in found)

    def kill(self, program: str) -> None:
        """Kill a program and what it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._pids.pop(program), signal.SIGKILL)

    def kill_all(self) -> None:
        """Kill every program."""
        for program in list(self._pids):
            self.kill(program)


@contextmanager
def nursery(environment: dict[str, str], pace: str = "hasty") -> Iterator[Nursery]:
    """Keep a nursery whose programs have this environment."""
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.nursery", pace],
        env={**environment, "PYTHONPATH": str(TESTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    children = Nursery(process)
    try:
        yield children
    finally:
        children.kill_all()
        process.kill()
        process.wait()
