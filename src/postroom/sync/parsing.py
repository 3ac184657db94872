"""Parse messages in a process of its own, under limits of time and memory.

A message that breaks the parser breaks that process and nothing else: it comes back as
`BrokenMessage`, and a fresh process goes on with the next. Design, decision 7.
"""

import multiprocessing
import resource
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from postroom.mime import ParsedMessage, parse_message

SECONDS_A_MESSAGE = 2.0
SECONDS_TO_START = 20.0
MEMORY = 768 * 1024 * 1024  # Of address space, interpreter included.


@dataclass(frozen=True, slots=True)
class BrokenMessage:
    """A message that could not be parsed, and why."""

    reason: str


class ParserDidNotStart(Exception):
    """This machine did not let the parser's process begin; no message is to blame."""


class LimitedParser:
    """A parser in a process of its own, started when first needed and again when it broke."""

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def parse(self, messages: Sequence[bytes]) -> list[ParsedMessage | BrokenMessage]:
        """Parse each message; blocks, so call it from a thread. Never raises on bad mail."""
        return [self._parse_one(raw) for raw in messages]

    def _parse_one(self, raw: bytes) -> ParsedMessage | BrokenMessage:
        pipe = self._started()
        try:
            pipe.send_bytes(raw)
            if pipe.poll(SECONDS_A_MESSAGE):
                answer: ParsedMessage | BrokenMessage = pipe.recv()
                return answer
            reason = f"Reading it took longer than {SECONDS_A_MESSAGE:.0f} seconds."
        except (EOFError, OSError):
            reason = "Reading it needed more memory than allowed."
        self.close()
        return BrokenMessage(reason)

    def _started(self) -> Connection:
        if self._pipe is not None:
            return self._pipe
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        try:
            if self._pipe.poll(SECONDS_TO_START):
                self._pipe.recv()
                return self._pipe
        except EOFError:
            pass
        self.close()
        raise ParserDidNotStart

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


def serve(pipe: Connection) -> None:
    """The process: parse what comes, until the other end is gone."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pipe.send(None)
    for raw in received(pipe):
        try:
            pipe.send(parse_message(raw))
        except Exception as error:
            pipe.send(BrokenMessage(f"Reading it failed: {type(error).__name__}."))


def received(pipe: Connection) -> Iterator[bytes]:
    """Messages sent to this process."""
    while True:
        try:
            yield pipe.recv_bytes()
        except EOFError:
            return
