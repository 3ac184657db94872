"""What autoconfig or DNS say of a domain's servers: never more than a proposal.

Neither is signed by the person's provider, so hosts are shown and confirmed before a password is
sent there. Servers without encryption are not even proposed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from postroom.providers.provider import Method, ServerChoice

# A stranger's list; a person chooses among them, and each is another host to be shown.
CHOICES_MAX = 8


@dataclass(frozen=True, slots=True)
class FoundServers:
    """Servers best first, TLS before STARTTLS; empty user names and methods were not said."""

    imap: tuple[ServerChoice, ...] = ()
    pop: tuple[ServerChoice, ...] = ()
    smtp: tuple[ServerChoice, ...] = ()
    incoming_user_name: str = ""
    outgoing_user_name: str = ""
    methods: tuple[Method, ...] = ()
    name: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether mail could be read with it."""
        return bool(self.imap or self.pop)


def best_first(choices: Iterable[ServerChoice]) -> tuple[ServerChoice, ...]:
    """Return the choices without repetition, TLS first, else in the order given, and not too many.

    RFC 8314 §3 prefers implicit TLS to STARTTLS, whatever a server's own order.
    """
    unique = dict.fromkeys(choices)
    return tuple(sorted(unique, key=lambda choice: choice.security != "tls")[:CHOICES_MAX])
