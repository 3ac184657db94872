"""The program in which messages are parsed: loads `mime` and nothing else of Postroom.

Run as `python -m postroom.sync.parser_process FD`, where FD is its end of a pipe.
"""

import resource
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection

from postroom.mime import is_identified, parse_message, stable_identity
from postroom.sync.outcomes import BrokenMessage, Outcome, ReadMessage

CPU_SECONDS = 2.0  # Past them the process is ended by SIGPROF.
MEMORY = 768 * 1024 * 1024  # Of address space, interpreter included.


def serve(pipe: Connection) -> None:
    """Answer each message of each batch that comes, until the other end is gone."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pipe.send(None)
    for batch in batches(pipe):
        for raw in batch:
            pipe.send(read(raw))


def batches(pipe: Connection) -> Iterator[list[bytes]]:
    """What is sent to this process."""
    while True:
        try:
            yield pipe.recv()
        except EOFError:
            return


def read(raw: bytes) -> Outcome:
    """Parse one message; whatever goes wrong is this message's alone.

    Of time only what it used itself counts: on a busy machine a good message may wait long.
    """
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        message = parse_message(raw)
        return ReadMessage(
            message.envelope,
            stable_identity(raw),
            is_identified(raw),
            message.snippet,
            any(not a.inline for a in message.attachments),
        )
    except Exception as error:
        return BrokenMessage(f"Reading it failed: {type(error).__name__}.")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
