"""The program that works within limits: loads what its work needs and nothing else of Postroom.

Run as `python -m postroom.confinement.program FD CPU_SECONDS MEMORY MODULE …`, where FD is its end
of a pipe. It ends with the process at the other end: at once, or when the work in hand is done.
"""

import resource
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from multiprocessing.connection import Connection

from postroom.confinement.raised import Raised


def main(arguments: Sequence[str]) -> None:
    """Load the modules, say that all is ready, and work."""
    fd, cpu_seconds, memory, *modules = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process at the other end.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    for module in modules:
        import_module(module)
    pipe = Connection(int(fd))
    pipe.send(None)
    serve(pipe, float(cpu_seconds))


def serve(pipe: Connection, cpu_seconds: float) -> None:
    """Answer each piece of each work that comes, until the other end is gone."""
    while True:
        try:
            function, arguments = pipe.recv()
            for argument in arguments:
                pipe.send(answer(function, argument, cpu_seconds))
        except (EOFError, ConnectionError):  # It may end with an answer still unread.
            return


def answer(function: Callable[[object], object], argument: object, cpu_seconds: float) -> object:
    """Do one piece of work; what it raises concerns nobody else.

    Of time only what it used itself counts: on a busy machine good work may wait long.
    """
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        return function(argument)
    except Exception as error:
        return Raised(type(error).__name__)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
