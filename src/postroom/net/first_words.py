"""What it means when no greeting comes, or only half of one, or something else's."""

from typing import Final

from postroom.imap.server_words import server_words
from postroom.net.errors import ClosedAtOnce, GreetingUnfinished, NetError, Silent, TlsExpected
from postroom.net.server import Security, Server

_WORDS_MAX: Final = 120
# There a server waits for the client to begin with TLS, and a client for the server's greeting.
_PORTS_OF_TLS: Final = frozenset((993, 995, 465))


def first_words(octets: bytes) -> str:
    """Return the first line that came, fit to be shown."""
    return server_words(octets.split(b"\n", 1)[0], _WORDS_MAX)


def error_for_silence(server: Server, octets: bytes) -> NetError:
    """Return what it means that nothing, or not all of a line, came in time."""
    if octets:
        return GreetingUnfinished(server, first_words(octets))
    if server.security is not Security.TLS and server.port in _PORTS_OF_TLS:
        return TlsExpected(server)
    return Silent(server)


def unfinished_greeting(server: Server, octets: bytes) -> NetError:
    """Return what it means that the server left before its greeting was said."""
    if octets[:2] == b"\x15\x03":  # A TLS alert (RFC 8446 §5.1): it did not like how we began.
        return TlsExpected(server)
    if octets:
        return GreetingUnfinished(server, first_words(octets))
    return ClosedAtOnce(server)


def error_for_greeting(server: Server, octets: bytes, other: type[NetError]) -> NetError:
    """Return what a broken greeting means: left before its end, or `other` than was expected."""
    return (
        other(server, first_words(octets))
        if b"\n" in octets
        else (unfinished_greeting(server, octets))
    )
