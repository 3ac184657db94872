"""Read messages in a process of its own, under limits of time and memory.

A message that breaks the parser breaks that process and nothing else: it comes back as
`BrokenMessage`, and a fresh process goes on with the next. Design, decision 7.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import NamedTuple, TypeVar

from postroom.archive.search_entry import Source, Vectors
from postroom.confinement.limits import Limits
from postroom.confinement.process import ConfinedProcess
from postroom.confinement.raised import Raised
from postroom.sync.outcomes import (
    BrokenMessage,
    Outcome,
    RereadMessage,
    people_of_each,
    read_each,
    read_each_with_words,
    read_headers,
    reread_each,
    words_each,
)

S = TypeVar("S")
T = TypeVar("T")
Work = Callable[[Sequence[S]], list[T | BrokenMessage]]

LIMITS = Limits(cpu_seconds=2.0, memory=768 * 1024 * 1024, seconds=60.0)
WARM_SECONDS = 20.0  # A process is kept so long for mail that follows on mail.
GROUP = 16  # Messages that cross to the process and back at once.
HEADERS = 128
TOO_MUCH = "Reading it needed more time or memory than one message may take."


class Free(NamedTuple):
    """A process that reads nothing, and since when."""

    process: ConfinedProcess
    since: float


class LimitedParser:
    """A parser in processes of its own, started when first needed and again when they broke.

    Its methods block, so call them from threads: there are as many processes as threads that read
    at one time. None raises on bad mail.
    """

    def __init__(self) -> None:
        self._free: list[Free] = []
        self._change = Lock()

    def parse(self, messages: Sequence[bytes]) -> list[Outcome]:
        """Read whole messages."""
        return self.work(read_each, messages, GROUP)

    def parse_with_words(self, messages: Sequence[bytes]) -> list[Outcome]:
        """Read whole messages with their words; without, where those are what breaks it."""
        outcomes = self.work(read_each_with_words, messages, GROUP)
        broken = [n for n, one in enumerate(outcomes) if isinstance(one, BrokenMessage)]
        for n, outcome in zip(broken, self.parse([messages[n] for n in broken]), strict=True):
            outcomes[n] = outcome
        return outcomes

    def parse_headers(self, headers: Sequence[bytes]) -> list[Outcome]:
        """Read headers."""
        return self.work(read_headers, headers, HEADERS)

    def people_on(self, headers: Sequence[bytes]) -> list[tuple[str, ...] | BrokenMessage]:
        """Read who is on messages, as canonical addresses."""
        return self.work(people_of_each, headers, HEADERS)

    def parse_again(self, messages: Sequence[bytes]) -> list[RereadMessage | BrokenMessage]:
        """Read whole messages that are stored already."""
        return self.work(reread_each, messages, GROUP)

    def words(self, sources: Sequence[Source]) -> list[Vectors | BrokenMessage]:
        """Read whole messages for search."""
        return self.work(words_each, sources, GROUP)

    def work(self, work: Work[S, T], messages: Sequence[S], size: int) -> list[T | BrokenMessage]:
        """Have groups of this size read."""
        with self._lent() as process:
            groups = [messages[n : n + size] for n in range(0, len(messages), size)]
            return all_outcomes(process, work, groups)

    def begin(self) -> None:
        """Start a process without waiting for it, unless one is free: there will be mail soon."""
        with self._change:
            if not self._free:
                process = new_process()
                process.begin()
                self._free.append(Free(process, monotonic()))

    async def end_what_is_idle(self) -> None:
        """See to it, for ever, that none is kept that has read nothing for a while."""
        while True:
            await asyncio.sleep(WARM_SECONDS)
            await asyncio.to_thread(self.end_idle, WARM_SECONDS)

    def end_idle(self, seconds: float) -> None:
        """End the processes that have read nothing for so long."""
        with self._change:
            early = monotonic() - seconds
            idle = [free for free in self._free if free.since <= early]
            self._free = [free for free in self._free if free.since > early]
        for free in idle:
            free.process.close()

    def close(self) -> None:
        """End all processes that read nothing now."""
        self.end_idle(0)

    @contextmanager
    def _lent(self) -> Iterator[ConfinedProcess]:
        """A process for one thread: that which read last, for it is warm."""
        with self._change:
            process = self._free.pop().process if self._free else new_process()
        try:
            yield process
        finally:
            with self._change:
                self._free.append(Free(process, monotonic()))


def new_process() -> ConfinedProcess:
    """One that knows how to read mail."""
    return ConfinedProcess(LIMITS, "postroom.sync.outcomes")


def all_outcomes(
    process: ConfinedProcess, work: Work[S, T], groups: list[Sequence[S]]
) -> list[T | BrokenMessage]:
    """Of all messages of some groups, in order."""
    outcomes: list[T | BrokenMessage] = []
    while groups:
        answers = process.answers(work, groups)
        for group, answer in zip(groups, answers, strict=False):
            outcomes += outcomes_of(group, answer)
        groups = groups[len(answers) :]
        if groups:
            outcomes += one_by_one(process, work, groups.pop(0))
    return outcomes


def one_by_one(
    process: ConfinedProcess, work: Work[S, T], messages: Sequence[S]
) -> Iterator[T | BrokenMessage]:
    """Find the one to blame in a group that ended the process.

    One that ends it alone is tried once more: the machine may be to blame.
    """
    for message in messages:
        group = [message]
        answers = process.answers(work, [group])
        answers = answers or process.answers(work, [group])
        yield from outcomes_of(group, answers[0] if answers else None)


def outcomes_of(
    group: Sequence[S], answer: list[T | BrokenMessage] | Raised | None
) -> list[T | BrokenMessage]:
    """What the process answered; None is the silence of one that ended."""
    match answer:
        case None:
            return [BrokenMessage(TOO_MUCH)] * len(group)
        case Raised(name):
            return [BrokenMessage(f"Reading it failed: {name}.")] * len(group)
        case outcomes:
            return outcomes


# Of all accounts of an engine: one for each would be hundreds when all of them have mail.
SHARED = LimitedParser()
