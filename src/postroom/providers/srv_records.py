"""Reads SRV answers (RFC 6186, RFC 8314 §5) into servers. Asking DNS is done elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from postroom.providers.found_servers import FoundServers, best_first
from postroom.providers.names import as_compared, parse_host
from postroom.providers.provider import Security, ServerChoice

_SPOKEN: Final[dict[str, tuple[str, Security]]] = {
    "_imaps._tcp": ("imap", "tls"),
    "_imap._tcp": ("imap", "starttls"),
    "_pop3s._tcp": ("pop", "tls"),
    "_pop3._tcp": ("pop", "starttls"),
    "_submissions._tcp": ("smtp", "tls"),
    "_submission._tcp": ("smtp", "starttls"),
}
# The names to ask DNS for, below the address's domain.
SRV_NAMES: Final = tuple(_SPOKEN)

# Seen: domains that publish port 465 under _submission, from before RFC 8314 named _submissions.
_PORTS_OF_TLS: Final = frozenset((993, 995, 465))


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """One answer. `name` is what was asked, with or without the domain behind it."""

    name: str
    priority: int
    weight: int
    port: int
    target: str


def servers_from_srv(records: Iterable[SrvRecord]) -> FoundServers:
    """Return what the records offer. A target of `.` says that nothing is, and gives nothing.

    Lowest priority first, then highest weight. RFC 2782 draws by weight to spread load; here a
    person sees the list, and it should not change while they look.
    """
    found: dict[str, list[ServerChoice]] = {"imap": [], "pop": [], "smtp": []}
    for record in sorted(records, key=lambda each: (each.priority, -each.weight, each.target)):
        protocol, choice = _read_record(record)
        if choice:
            found[protocol].append(choice)
    imap, pop, smtp = (best_first(choices) for choices in found.values())
    return FoundServers(imap, pop, smtp)


def _read_record(record: SrvRecord) -> tuple[str, ServerChoice | None]:
    asked = ".".join(as_compared(record.name).split(".")[:2])
    protocol, security = _SPOKEN.get(asked, ("", None))
    host = parse_host(record.target)
    if security is None or host is None or not 0 < record.port < 65536:
        return protocol, None
    if record.port in _PORTS_OF_TLS:
        security = "tls"
    return protocol, ServerChoice(host, record.port, security)
