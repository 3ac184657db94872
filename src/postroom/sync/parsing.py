"""Read messages in a process of its own, under limits of time and memory.

A message that breaks the parser breaks that process and nothing else: it comes back as
`BrokenMessage`, and a fresh process goes on with the next. Design, decision 7.
"""

from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import TypeVar

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
    read_headers,
    reread_each,
    words_each,
)

S = TypeVar("S")
T = TypeVar("T")
Work = Callable[[Sequence[S]], list[T | BrokenMessage]]

LIMITS = Limits(cpu_seconds=2.0, memory=768 * 1024 * 1024, seconds=60.0)
GROUP = 16  # Messages that cross to the process and back at once.
HEADERS = 128
TOO_MUCH = "Reading it needed more time or memory than one message may take."


class LimitedParser:
    """A parser in a process of its own, started when first needed and again when it broke.

    Its methods block, so call them from threads; those of several take turns. None raises on bad
    mail.
    """

    def __init__(self) -> None:
        self._process = ConfinedProcess(LIMITS, "postroom.sync.outcomes")
        self._turn = Lock()

    def parse(self, messages: Sequence[bytes]) -> list[Outcome]:
        """Read whole messages."""
        return self.work(read_each, messages, GROUP)

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
        with self._turn:
            return self._work(work, [messages[n : n + size] for n in range(0, len(messages), size)])

    def _work(self, work: Work[S, T], groups: list[Sequence[S]]) -> list[T | BrokenMessage]:
        outcomes: list[T | BrokenMessage] = []
        while groups:
            answers = self._process.answers(work, groups)
            for group, answer in zip(groups, answers, strict=False):
                outcomes += outcomes_of(group, answer)
            groups = groups[len(answers) :]
            if groups:
                outcomes += self._one_by_one(work, groups.pop(0))
        return outcomes

    def _one_by_one(self, work: Work[S, T], messages: Sequence[S]) -> Iterator[T | BrokenMessage]:
        """Find the one to blame in a group that ended the process.

        One that ends it alone is tried once more: the machine may be to blame.
        """
        for message in messages:
            group = [message]
            answers = self._process.answers(work, [group])
            answers = answers or self._process.answers(work, [group])
            yield from outcomes_of(group, answers[0] if answers else None)

    def begin(self) -> None:
        """Start the process without waiting for it: there will be messages soon."""
        self._process.begin()

    def close(self) -> None:
        """End the process, if there is one."""
        self._process.close()


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
