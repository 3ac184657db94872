"""Parse messages in a process of its own, under limits of time and memory.

A message that breaks the parser breaks that process and nothing else: it comes back as
`BrokenMessage`, and a fresh process goes on with the next. Design, decision 7.
"""

import subprocess
import sys
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from postroom.sync.outcomes import BrokenMessage, Outcome

SECONDS_A_MESSAGE = 60.0  # Of the clock; the process itself keeps to CPU_SECONDS.
SECONDS_TO_START = 20.0
TOO_MUCH = "Reading it needed more time or memory than one message may take."

# Not multiprocessing's own process: that would load the main program once more.
PROGRAM = (sys.executable, "-m", "postroom.sync.parser_process")


class ParserDidNotStart(Exception):
    """This machine did not let the parser's process begin; no message is to blame."""


class LimitedParser:
    """A parser in a process of its own, started when first needed and again when it broke."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._is_ready = False

    def parse(self, messages: Sequence[bytes]) -> list[Outcome]:
        """Parse each message; blocks, so call it from a thread. Never raises on bad mail.

        One that ends the process is tried once more by itself: the machine may be to blame.
        """
        outcomes: list[Outcome] = []
        while len(outcomes) < len(messages):
            outcomes += self._parse_until_the_end(messages[len(outcomes) :])
            if len(outcomes) < len(messages):
                again = self._parse_until_the_end([messages[len(outcomes)]])
                outcomes += again or [BrokenMessage(TOO_MUCH)]
        return outcomes

    def _parse_until_the_end(self, messages: Sequence[bytes]) -> list[Outcome]:
        """The outcomes before the process ended, all of them if it did not."""
        pipe = self._started()
        outcomes: list[Outcome] = []
        try:
            pipe.send(list(messages))
            while len(outcomes) < len(messages) and pipe.poll(SECONDS_A_MESSAGE):
                outcomes.append(pipe.recv())
        except (EOFError, OSError):
            pass
        if len(outcomes) < len(messages):
            self.close()
        return outcomes

    def begin(self) -> None:
        """Start the process without waiting for it: there will be messages soon."""
        if self._pipe is None:
            self._spawn()

    def _spawn(self) -> Connection:
        self._pipe, theirs = Pipe()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*PROGRAM, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._is_ready = False
        return self._pipe

    def _started(self) -> Connection:
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
        raise ParserDidNotStart

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None
