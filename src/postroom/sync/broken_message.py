"""What the parser's process answers when a message could not be read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrokenMessage:
    """A message that could not be parsed, and why."""

    reason: str
