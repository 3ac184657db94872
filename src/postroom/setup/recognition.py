"""From an address to its servers: who is asked, in which order, and what came of it.

The catalogue by domain, then by MX, then what the domain itself publishes. Nothing that a stranger
publishes is more than a proposal: it is encrypted, shown, and confirmed before a password goes
there.
"""

from dataclasses import dataclass
from enum import StrEnum

from postroom.providers import Method, Provider, ServerChoice, provider_for_address
from postroom.providers.names import domain_of, parse_host


class Source(StrEnum):
    """Who told."""

    ADDRESS = "address"
    """The address's domain is in the catalogue."""

    MX = "mx"
    AUTOCONFIG = "autoconfig"
    SRV = "srv"
    GUESS = "guess"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Asked:
    """One source that was asked: where (domain, record or URL), and in words what came of it."""

    source: Source
    where: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """What is known of an address's mailbox; servers best first, none if nobody knew.

    `foreign_hosts` are those that neither the address's domain nor the catalogue vouches for: they
    must be shown and confirmed.
    """

    address: str
    source: Source
    told_by: str
    provider: Provider | None = None
    imap: tuple[ServerChoice, ...] = ()
    pop: tuple[ServerChoice, ...] = ()
    smtp: tuple[ServerChoice, ...] = ()
    user_name: str = ""
    methods: tuple[Method, ...] = ()
    foreign_hosts: tuple[str, ...] = ()
    trail: tuple[Asked, ...] = ()

    @property
    def must_be_confirmed(self) -> bool:
        """Whether a person has to look at the hosts before a password is sent to them."""
        return bool(self.foreign_hosts)


async def recognise(address: str) -> Recognition:
    """Find the servers of `address`. Never raises, whatever anybody answers."""
    domain = domain_of(address)
    if parse_host(domain) is None:
        asked = Asked(Source.ADDRESS, domain, "that is not an email address of the internet")
        return Recognition(address, Source.NOTHING, "", user_name=address, trail=(asked,))
    provider = provider_for_address(address)
    if provider:
        return of_provider(address, provider, Asked(Source.ADDRESS, domain, provider.name))
    asked = Asked(Source.ADDRESS, domain, "not the domain of a service in the catalogue")
    return Recognition(address, Source.NOTHING, "", user_name=address, trail=(asked,))


def of_provider(
    address: str, provider: Provider, last: Asked, before: tuple[Asked, ...] = ()
) -> Recognition:
    """What the catalogue says of a service."""
    return Recognition(
        address,
        last.source,
        last.where,
        provider,
        provider.imap,
        provider.pop,
        provider.smtp,
        provider.sign_in_name(address),
        provider.sign_in.methods,
        trail=(*before, last),
    )
