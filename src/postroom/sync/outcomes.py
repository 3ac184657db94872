"""What the parser's process answers: what the archive keeps of a message, or why it cannot."""

from dataclasses import dataclass

from postroom.mime import Envelope


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
