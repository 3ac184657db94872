"""How much a server may make us hold, and for how long.

Every bound is a named default with a test that hits it (`tests/net/test_limits.py`). A server that
crosses one is cut off; a message that is too large costs only itself.
"""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Octets, counts and seconds; the defaults suit one account on a shared machine."""

    line: int = 1 * MIB
    """The text of one response without its literals."""

    literal: int = 1 * MIB
    """A literal that is not a message: a folder's name, a search word, an id."""

    message: int = 64 * MIB
    """A message or header we keep. A larger one is read past and reported as `too_large`."""

    response: int = 128 * MIB
    """All literals of one response together."""

    skipped_message: int = 1024 * MIB
    """A message we read past to keep the connection. A larger announcement ends it."""

    literals: int = 1_000
    """Literals in one response."""

    depth: int = 25
    """Parentheses inside parentheses."""

    mailboxes: int = 20_000
    """Rows of one LIST."""

    words: int = 1_000
    """Capabilities, or key words of one list of flags."""

    unasked: int = 100_000
    """Responses in a row that answer nothing we asked."""

    answers: int = 4
    """FETCH responses for each message asked for, on average."""

    found_ranges: int = 1_500_000
    """Ranges of UIDs in the answer to one SEARCH."""

    server_words: int = 500
    """Characters of a server's own text that we keep or show."""

    sasl_steps: int = 10
    """Challenges in one sign-in."""

    waiting: int = 4 * MIB
    """Octets of fetched messages nobody has taken yet; beyond it we stop reading."""

    notices: int = 1_000
    """Unasked-for changes kept until someone listens; they are hints, so the oldest may go."""

    connect_seconds: float = 30
    """Name, addresses and TCP together."""

    greeting_seconds: float = 16
    """From the connection to the server's first line."""

    tls_seconds: float = 10
    """One TLS handshake."""

    command_seconds: float = 300
    """One command that does not stream."""

    silence_seconds: float = 300
    """Without a whole response or 16 KiB while something is asked: a drip is silence too."""

    idle_seconds: float = 9 * 60
    """IDLE is ended and begun again this often; RFC 2177 allows 29 minutes, routers do not."""

    poll_seconds: float = 55
    """The pace of NOOP where IDLE is not offered."""

    goodbye_seconds: float = 3
    """How long LOGOUT and the end of TLS may take."""
