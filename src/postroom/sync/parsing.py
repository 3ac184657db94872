"""Parse messages in a process of its own, under limits of time and memory.

A message that breaks the parser breaks that process and nothing else: it comes back as
`BrokenMessage`, and a fresh process goes on with the next. Design, decision 7.
"""

from collections.abc import Sequence

from postroom.confinement.limits import Limits
from postroom.confinement.process import ConfinedProcess
from postroom.confinement.raised import Raised
from postroom.sync.outcomes import BrokenMessage, Outcome, ReadMessage, read

LIMITS = Limits(cpu_seconds=2.0, memory=768 * 1024 * 1024, seconds=60.0)
TOO_MUCH = "Reading it needed more time or memory than one message may take."


class LimitedParser:
    """A parser in a process of its own, started when first needed and again when it broke."""

    def __init__(self) -> None:
        self._process = ConfinedProcess(LIMITS, "postroom.sync.outcomes")

    def parse(self, messages: Sequence[bytes]) -> list[Outcome]:
        """Parse each message; blocks, so call it from a thread. Never raises on bad mail.

        One that ends the process is tried once more by itself: the machine may be to blame.
        """
        answers: list[ReadMessage | Raised | None] = []
        while len(answers) < len(messages):
            answers += self._process.answers(read, messages[len(answers) :])
            if len(answers) < len(messages):
                again = self._process.answers(read, [messages[len(answers)]])
                answers += again or [None]
        return [outcome_of(answer) for answer in answers]

    def begin(self) -> None:
        """Start the process without waiting for it: there will be messages soon."""
        self._process.begin()

    def close(self) -> None:
        """End the process, if there is one."""
        self._process.close()


def outcome_of(answer: ReadMessage | Raised | None) -> Outcome:
    """What the process answered; None is the silence of one that ended."""
    match answer:
        case ReadMessage():
            return answer
        case Raised(name):
            return BrokenMessage(f"Reading it failed: {name}.")
        case None:
            return BrokenMessage(TOO_MUCH)
