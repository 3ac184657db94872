"""Parse messages in a process of its own, under limits of time and memory.

A message that breaks the parser breaks that process and nothing else: it comes back as
`BrokenMessage`, and a fresh process goes on with the next. Design, decision 7.
"""

from collections.abc import Iterator, Sequence

from postroom.confinement.limits import Limits
from postroom.confinement.process import ConfinedProcess
from postroom.confinement.raised import Raised
from postroom.sync.outcomes import BrokenMessage, Outcome, read_each

LIMITS = Limits(cpu_seconds=2.0, memory=768 * 1024 * 1024, seconds=60.0)
GROUP = 16  # Messages that cross to the process and back at once.
TOO_MUCH = "Reading it needed more time or memory than one message may take."


class LimitedParser:
    """A parser in a process of its own, started when first needed and again when it broke."""

    def __init__(self) -> None:
        self._process = ConfinedProcess(LIMITS, "postroom.sync.outcomes")

    def parse(self, messages: Sequence[bytes]) -> list[Outcome]:
        """Parse each message; blocks, so call it from a thread. Never raises on bad mail."""
        groups = [messages[n : n + GROUP] for n in range(0, len(messages), GROUP)]
        outcomes: list[Outcome] = []
        while groups:
            answers = self._process.answers(read_each, groups)
            for group, answer in zip(groups, answers, strict=False):
                outcomes += outcomes_of(group, answer)
            groups = groups[len(answers) :]
            if groups:
                outcomes += self._one_by_one(groups.pop(0))
        return outcomes

    def _one_by_one(self, messages: Sequence[bytes]) -> Iterator[Outcome]:
        """Find the one to blame in a group that ended the process.

        One that ends it alone is tried once more: the machine may be to blame.
        """
        for message in messages:
            group = [message]
            answers = self._process.answers(read_each, [group])
            answers = answers or self._process.answers(read_each, [group])
            yield from outcomes_of(group, answers[0] if answers else None)

    def begin(self) -> None:
        """Start the process without waiting for it: there will be messages soon."""
        self._process.begin()

    def close(self) -> None:
        """End the process, if there is one."""
        self._process.close()


def outcomes_of(group: Sequence[bytes], answer: list[Outcome] | Raised | None) -> list[Outcome]:
    """What the process answered; None is the silence of one that ended."""
    match answer:
        case None:
            return [BrokenMessage(TOO_MUCH)] * len(group)
        case Raised(name):
            return [BrokenMessage(f"Reading it failed: {name}.")] * len(group)
        case outcomes:
            return outcomes
