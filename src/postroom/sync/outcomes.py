"""What the archive keeps of a message, or why it cannot.

`read_each` runs in the parser's process, which loads this module and nothing else of `sync`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from postroom.mime import Envelope, identify, skim_message


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """As much of a message as rows need; a reader has it parsed again, from the raw bytes."""

    envelope: Envelope
    identity: bytes
    is_identified: bool
    snippet: str
    has_attachments: bool


@dataclass(frozen=True, slots=True)
class BrokenMessage:
    """A message that could not be parsed, and why."""

    reason: str


Outcome = ReadMessage | BrokenMessage


def read_each(messages: Sequence[bytes]) -> list[Outcome]:
    """Parse as much of some messages as is kept; what one of them raises concerns no other."""
    return [read(raw) for raw in messages]


def read(raw: bytes) -> Outcome:
    """Parse as much of one message as is kept."""
    try:
        skim = skim_message(raw)
        identity, is_certain = identify(raw)
    except Exception as error:
        return BrokenMessage(f"Reading it failed: {type(error).__name__}.")
    return ReadMessage(skim.envelope, identity, is_certain, skim.snippet, skim.has_attachments)
