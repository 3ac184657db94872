"""Starts Postroom's programs by fork, for a test that kills and starts them fifty times.

    python -m engine.nursery hasty      then, on stdin, a line for each program: `engine` or `web`

The modules are loaded once; loading them anew would take most of such a test's time. Each child
opens its own connections. If `hasty` or `steady`, its waits are as short as `impatient` makes them,
and whoever is silent for a second or for six counts as killed; else all is as in the field. For
every line the child's process id is printed.
"""

import gc
import os
import signal
import sys

import attr
from procrastinate.contrib.django import app

from postroom.cli import main as postroom
from postroom.cli.bootstrap import set_up_django

# How long a silent engine counts as alive, and how often it says that it lives.
PACES = {"hasty": (1.0, 0.2), "steady": (6.0, 0.5)}


def main() -> None:
    """Fork a program for every line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    set_up_django()
    from postroom.engine.running import know_every_job

    know_every_job()
    if pace := PACES.get(sys.argv[1]):
        shorten_waits(*pace)
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become(line.split())
        print(child, flush=True)


def become(words: list[str]) -> None:
    """Run one command to its end, in a session of its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    postroom(words)


def shorten_waits(stalled: float, heartbeat: float) -> None:
    """Have an account taken over within seconds of a kill."""
    from engine import impatient

    registry = app.periodic_registry.periodic_tasks
    for key, watch in registry.items():
        registry[key] = attr.evolve(watch, cron="* * * * * *")
    for module in (impatient.tasks, impatient.running):
        vars(module).update(STALLED_SECONDS=stalled, HEARTBEAT_SECONDS=heartbeat)


if __name__ == "__main__":
    main()
