"""The program in which messages are parsed: loads `mime` and nothing else of Postroom.

Run as `python -m postroom.sync.parser_process FD`, where FD is its end of a pipe.
"""

import resource
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection

from postroom.mime import parse_message
from postroom.sync.broken_message import BrokenMessage

MEMORY = 768 * 1024 * 1024  # Of address space, interpreter included.


def serve(pipe: Connection) -> None:
    """Parse what comes, until the other end is gone."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pipe.send(None)
    for raw in received(pipe):
        try:
            pipe.send(parse_message(raw))
        except Exception as error:
            pipe.send(BrokenMessage(f"Reading it failed: {type(error).__name__}."))


def received(pipe: Connection) -> Iterator[bytes]:
    """Messages sent to this process."""
    while True:
        try:
            yield pipe.recv_bytes()
        except EOFError:
            return


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
