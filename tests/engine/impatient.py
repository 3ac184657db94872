"""`postroom engine` with short waits: what takes minutes in the field takes seconds in a test.

    python impatient.py engine

These are constants and not settings, because nobody who runs Postroom should have to choose them.
"""

from postroom.cli import main
from postroom.cli.bootstrap import set_up_django

set_up_django()

from postroom.engine import attempts, running, tasks  # noqa: E402 - models need Django first
from postroom.sync import watching  # noqa: E402

__all__ = ["attempts", "running", "tasks", "watching"]

watching.POLL_SECONDS = watching.TOLD_SECONDS = 1.0
attempts.WAITS |= {state: attempts.Waits(0.5, 600.0) for state in attempts.WAITS}

if __name__ == "__main__":
    main()
