"""What the archive keeps of a message, or why it cannot.

`read` runs in the parser's process, which loads this module and nothing else of `sync`.
"""

from dataclasses import dataclass

from postroom.mime import Envelope, is_identified, parse_message, stable_identity


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


def read(raw: bytes) -> ReadMessage:
    """Parse one message."""
    message = parse_message(raw)
    return ReadMessage(
        message.envelope,
        stable_identity(raw),
        is_identified(raw),
        message.snippet,
        any(not a.inline for a in message.attachments),
    )
