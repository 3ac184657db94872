"""How much one piece of work may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one piece of work.

    Past `cpu_seconds` the process is ended by SIGPROF, which no loop in C can put off; `memory` is
    its whole address space in bytes, interpreter included. `seconds` are of the clock: what waits
    for an answer waits no longer.
    """

    cpu_seconds: float
    memory: int
    seconds: float
