"""The process tree of `postroom up`: PostgreSQL, then the programs that use it, until told to stop.

Invariants: a program that dies is started again, later each time; a stop lets every program finish
what it does before it is killed; no program outlives the tree, even one that is killed. PostgreSQL
may: it is found again by the next start, and stopped by whoever used it last.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import click

from postroom.cli import leash
from postroom.config import environment, postgres

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Time to finish what is being done: an IMAP command, a page, a transaction.
GRACE_SECONDS: Final = 20.0
FIRST_PAUSE_SECONDS: Final = 0.5
LAST_PAUSE_SECONDS: Final = 30.0
# Who lasted this long was not failing at the start.
STEADY_SECONDS: Final = 60.0
DATABASE_CHECK_SECONDS: Final = 2.0
# The program was called wrongly or its settings are bad: starting it again cannot help.
USAGE_STATUS: Final = 2
LONGEST_LINE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Program:
    """A command of the tree, and the name its lines are marked with."""

    name: str
    command: tuple[str, ...]


def run_tree(environ: Mapping[str, str], programs: Sequence[Program]) -> int:
    """Keep the programs running; return an exit status.

    Blocks until SIGINT, SIGTERM or SIGHUP (0), or until a program that cannot run ends it.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = environment.read(environ)
    try:
        with _database(settings) as url:
            tree = _Tree(environ={**environ, "DATABASE_URL": url, "PYTHONUNBUFFERED": "1"})
            embedded_in = None if settings.database_url else settings.data_dir
            return asyncio.run(tree.run(programs, embedded_in))
    except KeyboardInterrupt:
        return 0


@contextmanager
def _database(settings: environment.Environment) -> Iterator[str]:
    if settings.database_url:
        yield settings.database_url
        return
    with postgres.running(settings.data_dir) as url:
        yield url


class _Tree:
    """The programs of one `postroom up`, from its start to its stop."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.stopping = asyncio.Event()
        self.status = 0

    async def run(self, programs: Sequence[Program], embedded_in: Path | None) -> int:
        """Run everything until the stop."""
        for number in STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self.stopping.set)
        keeping = [self._keep(program) for program in programs]
        if embedded_in is not None:
            keeping.append(self._keep_database(embedded_in))
        await asyncio.gather(*keeping)
        return self.status

    async def _keep(self, program: Program) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self.stopping.is_set():
            started = time.monotonic()
            status = await self._run(program)
            if self.stopping.is_set():
                return
            if status == USAGE_STATUS:
                _say(program, "cannot run as it is; everything is stopped")
                self.status = USAGE_STATUS
                self.stopping.set()
                return
            if time.monotonic() - started >= STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            _say(program, f"ended with {_described(status)}; starting it again in {pause:g} s")
            await self._pause(pause)
            pause = min(pause * 2, LAST_PAUSE_SECONDS)

    async def _run(self, program: Program) -> int:
        """Run a program to its end, or to the stop; return its status."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", leash.__file__, str(os.getpid()), *program.command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self.environ,
            # Ctrl-C reaches the tree alone, which then stops the programs in order.
            start_new_session=True,
        )
        lines = asyncio.create_task(_pass_on(program, cast(asyncio.StreamReader, process.stdout)))
        end = asyncio.create_task(process.wait())
        stop = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({end, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not end.done():
            await _end(program, process)
        # A grandchild may hold the pipe open for ever.
        await asyncio.wait({lines}, timeout=1)
        lines.cancel()
        return await end

    async def _keep_database(self, data_dir: Path) -> None:
        """Start the embedded PostgreSQL again if somebody kills it; its address stays the same."""
        while not self.stopping.is_set():
            await self._pause(DATABASE_CHECK_SECONDS)
            if self.stopping.is_set() or await asyncio.to_thread(postgres.is_running, data_dir):
                continue
            click.echo("PostgreSQL is gone; starting it again")
            try:
                await asyncio.to_thread(postgres.ensure_running, data_dir)
            except postgres.EmbeddedDatabaseRefused as reason:
                click.echo(f"{reason}", err=True)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)


async def _end(program: Program, process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE_SECONDS)
    except TimeoutError:
        _say(program, f"did not stop within {GRACE_SECONDS:g} s and is killed")
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


async def _pass_on(program: Program, output: asyncio.StreamReader) -> None:
    rest = b""
    while chunk := await output.read(LONGEST_LINE):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) >= LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        for line in lines:
            _say(program, line.decode(errors="replace"))
    if rest:
        _say(program, rest.decode(errors="replace"))


def _say(program: Program, line: str) -> None:
    # A terminal that went away must not take the tree with it, nor fail the last flush at the end.
    try:
        click.echo(f"{program.name:<8} {line}")
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _described(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
