"""A process that works within limits, started when first needed and again when it broke.

Its work are plain functions of one argument, sent by name. What breaks the process breaks nothing
else: there is no answer, and a fresh process goes on with what comes next.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import TypeVar

from postroom.confinement.limits import Limits
from postroom.confinement.raised import Raised

A = TypeVar("A")
R = TypeVar("R")

SECONDS_TO_START = 20.0

# Not multiprocessing's own process: that would load the main program once more.
PROGRAM = (sys.executable, "-m", "postroom.confinement.program")


class ProcessDidNotStart(Exception):
    """This machine did not let the process begin; no work is to blame."""


class ConfinedProcess:
    """One such process; `modules` are loaded before the first work comes. For one thread a time."""

    def __init__(self, limits: Limits, *modules: str) -> None:
        self._limits = limits
        self._modules = modules
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._is_ready = False

    def begin(self) -> None:
        """Start the process without waiting for it: there will be work soon."""
        if self._pipe is None:
            self._spawn()

    def answers(self, function: Callable[[A], R], arguments: Sequence[A]) -> list[R | Raised]:
        """What the function answers to each argument, as far as the process lived.

        Fewer answers than arguments: the one after the last answer was more than the limits allow.
        Blocks, so call it from a thread.
        """
        pipe = self._started()
        found: list[R | Raised] = []
        try:
            pipe.send((function, list(arguments)))
            while len(found) < len(arguments) and pipe.poll(self._limits.seconds):
                found.append(pipe.recv())
        except (EOFError, OSError):
            pass
        if len(found) < len(arguments):
            self.close()
        return found

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None

    def _started(self) -> Connection:
        if self._process is not None and self._process.poll() is not None:
            # Ended between two works, by whatever ends processes: nobody's fault here.
            self.close()
        pipe = self._pipe or self._spawn()
        if self._is_ready:
            return pipe
        try:
            if pipe.poll(SECONDS_TO_START):
                pipe.recv()
                self._is_ready = True
                return pipe
        except EOFError:
            pass
        self.close()
        raise ProcessDidNotStart

    def _spawn(self) -> Connection:
        limits = self._limits
        self._pipe, theirs = Pipe()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [
                *PROGRAM,
                str(theirs.fileno()),
                str(limits.cpu_seconds),
                str(limits.memory),
                *self._modules,
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._is_ready = False
        return self._pipe
