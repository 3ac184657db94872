"""A Dovecot that says it is Gmail: what it cannot answer is taken out of the questions.

Only the questions are changed, line by line, so literals from the client would suffer; a sync that
reads sends none.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

from servers.dovecot import Dovecot, dovecot

CAPABILITY = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ SPECIAL-USE X-GM-EXT-1"
ONLY_OF_GMAIL = b" X-GM-MSGID X-GM-THRID X-GM-LABELS"
ALL_MAIL = """
namespace inbox {
  mailbox "[Gmail]/All Mail" {
    special_use = \\All
    auto = create
  }
}
"""


@contextlib.contextmanager
def gmail(users: dict[str, str]) -> Iterator[Dovecot]:
    """Run it; `port` is the one that plays Gmail."""
    with (
        dovecot(users, capability=CAPABILITY, extra=ALL_MAIL) as server,
        socket.create_server((server.host, 0)) as listener,
    ):
        threading.Thread(target=_accept, args=(listener, server), daemon=True).start()
        yield replace(server, port=listener.getsockname()[1])


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
            target.sendall(line.replace(ONLY_OF_GMAIL, b""))
