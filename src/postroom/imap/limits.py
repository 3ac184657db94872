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

    line: int = 64 * KIB
    """The text of one response without its literals."""

    numbers: int = 1 * MIB
    """The same of SEARCH, ESEARCH and VANISHED, which are sets of numbers and nothing else."""

    blank_lines: int = 100
    """Blank lines in a row."""

    literal: int = 1 * MIB
    """A literal that is no message, or one that nobody asked for."""

    message: int = 64 * MIB
    """A message or header we keep. A larger one is read past and reported as `too_large`."""

    response: int = 128 * MIB
    """All literals of one response together."""

    skipped_message: int = 1024 * MIB
    """A message we read past to keep the connection. A larger announcement ends it, and so do as
    many octets without one answer."""

    literals: int = 1_000
    """Literals in one response."""

    depth: int = 25
    """Parentheses inside parentheses."""

    mailboxes: int = 20_000
    """Rows of one LIST."""

    listing: int = 8 * MIB
    """Octets of the names and attributes in one LIST."""

    words: int = 1_000
    """Capabilities, or key words of one list of flags."""

    unasked: int = 100_000
    """Responses in a row that answer nothing we asked, or answer it once more."""

    answers: int = 4
    """FETCH responses for each message asked for, on average."""

    found_ranges: int = 1_500_000
    """Ranges of UIDs in the answer to one SEARCH."""

    found_answers: int = 100
    """Answers to one SEARCH; one is the rule."""

    changed: int = 50_000
    """Changed messages, and ranges of removed ones, that come with an opened mailbox."""

    server_words: int = 500
    """Characters of a server's own text that we keep or show."""

    sasl_steps: int = 10
    """Challenges in one sign-in."""

    waiting: int = 4 * MIB
    """Octets of fetched messages nobody has taken yet; beyond it we stop reading."""

    notices: int = 1_000
    """Unasked-for changes kept until someone listens; they are hints, so the oldest may go."""

    notice_octets: int = 256 * KIB
    """What those may weigh together."""

    turn: int = 16
    """Responses of one server before others on the same event loop have their turn."""

    turn_text: int = 64 * KIB
    """Text in those, for a few long responses take as much time."""

    rest: float = 9
    """How often the time of its turn a server waits that says what nobody asked for."""

    connect_seconds: float = 30
    """Name, addresses and TCP together."""

    greeting_seconds: float = 16
    """From the connection to the server's first line."""

    tls_seconds: float = 10
    """One TLS handshake."""

    command_seconds: float = 300
    """One command that does not stream."""

    silence_seconds: float = 300
    """Without an answer or 16 KiB of a message while something is asked: a drip is silence too, and
    so is what nobody asked for."""

    idle_seconds: float = 9 * 60
    """IDLE is ended and begun again this often; RFC 2177 allows 29 minutes, routers do not."""

    poll_seconds: float = 55
    """The pace of NOOP where IDLE is not offered."""

    goodbye_seconds: float = 3
    """How long LOGOUT and the end of TLS may take."""
