"""A Dovecot that says it keeps the system's flags alone: `\\*` is taken out of PERMANENTFLAGS.

Behind it is one that keeps keywords, so that a client which does not listen is found out there.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

from servers.dovecot import Dovecot, dovecot

KEPT = b"[PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft"


@contextlib.contextmanager
def forgetful(users: dict[str, str]) -> Iterator[tuple[Dovecot, Dovecot]]:
    """Run it; yields the server as it is seen, and the one behind it."""
    with dovecot(users) as server, socket.create_server((server.host, 0)) as listener:
        threading.Thread(target=_accept, args=(listener, server), daemon=True).start()
        yield replace(server, port=listener.getsockname()[1]), server


def _accept(listener: socket.socket, server: Dovecot) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            upstream = socket.create_connection((server.host, server.port))
            for source, target in ((client, upstream), (upstream, client)):
                threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError), source, target:
        for line in source.makefile("rb"):
            is_told = line.startswith(b"* OK [PERMANENTFLAGS (")
            target.sendall(b"* OK " + KEPT + b")] Limited.\r\n" if is_told else line)
