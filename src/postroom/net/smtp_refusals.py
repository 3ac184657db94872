"""What an SMTP refusal means, told from its code, its enhanced code (RFC 3463) or its words."""

import re
from dataclasses import dataclass
from typing import Final

from postroom.imap.server_words import server_words
from postroom.net.errors import (
    CommandRefused,
    MessageTooLarge,
    NetError,
    OverQuota,
    ServerUnavailable,
    SignInNotOffered,
    SignInRefused,
    Throttled,
    TooManyConnections,
)
from postroom.net.server import Server

_WORDS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply's code and words."""

    code: int
    words: bytes

    @property
    def text(self) -> str:
        """The words, fit to be shown."""
        return server_words(self.words, _WORDS_MAX)


_PATTERNS: Final[tuple[tuple[re.Pattern[str], type[NetError]], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), error)
    for pattern, error in (
        (r"concurrent connections|too many connections", TooManyConnections),
        # Seen: Gmail.
        (r"^5\.4\.5|daily (user )?sending (quota|limit)", OverQuota),
        # Seen: Exchange Online with Authenticated SMTP switched off.
        (r"^5\.7\.139|^5\.7\.30", SignInNotOffered),
        (r"^[45]\.3\.4|message (size|too large|exceeds)|exceeds.{0,40}size", MessageTooLarge),
        (r"^4\.7\.|rate limit|too many (messages|recipients|bad auth)", Throttled),
    )
)


def error_for_smtp_sign_in(reply: Reply, server: Server) -> NetError:
    """Return what a refused AUTH means; 4xx is never a wrong password (RFC 4954 §6)."""
    kind = _kind(reply)
    if kind is None:
        kind = ServerUnavailable if reply.code < 500 else SignInRefused
    return kind(server, reply.text, str(reply.code))


def error_for_delivery(reply: Reply, server: Server) -> NetError:
    """Return what another refusal means; 4xx may work later, 5xx will not."""
    kind = _kind(reply)
    if kind is None:
        kind = ServerUnavailable if reply.code < 500 else CommandRefused
    return kind(server, reply.text, str(reply.code))


def _kind(reply: Reply) -> type[NetError] | None:
    for pattern, error in _PATTERNS:
        if pattern.search(reply.text):
            return error
    return MessageTooLarge if reply.code == 552 else None
