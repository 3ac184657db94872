"""What comes back instead of an answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Raised:
    """The work raised an exception of this name; its text may be a stranger's and stays behind."""

    name: str
